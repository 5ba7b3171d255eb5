using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Ccflux.Simulator;

/// <summary>The demo's fleet, over HTTP: accounts imported, machines enrolled, and from then on config directories whose sessions use up the account
/// that rotation gave them.</summary>
public sealed partial class DemoFleet(SimulatedUpstream upstream, DemoAdmin admin, TimeProvider time) : IDisposable
{
    /// <summary>How much of an account's five hours one working session uses.</summary>
    private const double PercentPerHour = 22;

    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5);

    private readonly List<DemoConfigDir> _configDirs =
    [
        New(upstream, admin, time, "ao-mbp16", "amara.okafor", 1, "claude-opus-5-5", "claude-opus-5-5", "claude-sonnet-5"),
        New(upstream, admin, time, "mv-mbp14", "mateo.vargas", 2, "claude-opus-5-5", "claude-sonnet-5"),
        New(upstream, admin, time, "dn-tower", "daniel.novak", 3, "claude-sonnet-5"),
        New(upstream, admin, time, "kb-mbp14", "karim.benali", 4, "claude-sonnet-5"),
        New(upstream, admin, time, "lf-t14", "lena.fischer", 5, "claude-opus-5-5"),
    ];

    public IReadOnlyList<DemoConfigDir> ConfigDirs => _configDirs;

    /// <summary>A heartbeat from every config directory; what sessions do is subtracted from the accounts.</summary>
    public async Task BeatAsync()
    {
        foreach (var configDir in _configDirs)
        {
            try
            {
                await configDir.BeatAsync();
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // The receiver is unreachable: the next heartbeat reports everything again.
            }
        }

        upstream.Pace(DemoScript.Fleet.ToDictionary(
            login => login.Number, login => _configDirs.Where(configDir => configDir.Account == login.Number).Sum(configDir => configDir.Working.Count) * PercentPerHour));
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_beat, time);
        do
        {
            await BeatAsync();
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <returns>False if the receiver has no fleet.</returns>
    public async Task<bool> SetUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var login in DemoScript.Fleet)
            {
                await ImportAsync(login, cancellationToken);
            }
        }
        catch (HttpRequestException exception) when (exception.StatusCode is HttpStatusCode.NotFound)
        {
            return false;
        }

        foreach (var configDir in _configDirs)
        {
            await EnrolAsync(configDir, cancellationToken);
        }

        await DescribeAsync(cancellationToken);
        return true;
    }

    public void Dispose() => _configDirs.ForEach(configDir => configDir.Dispose());

    private static DemoConfigDir New(SimulatedUpstream upstream, DemoAdmin admin, TimeProvider time, string machine, string name, int seed, params string[] models) =>
        new(upstream, admin.Receiver, machine, $"{name}@example.org", models, seed, time);

    private async Task ImportAsync(DemoLogin login, CancellationToken cancellationToken)
    {
        var account = upstream.Accounts[login.Number - 1];
        await admin.PostAsync("/admin/fleet/import", cancellationToken, ("label", login.Label), ("vault_only", "1"), ("credential", account.Login(time.GetUtcNow() + login.Lifetime)));
        if (login.IsDead)
        {
            account.SignIn();
        }
    }

    /// <summary>A config directory that was enrolled before gets new keys.</summary>
    private async Task EnrolAsync(DemoConfigDir configDir, CancellationToken cancellationToken)
    {
        var known = (await admin.RowsAsync("/api/v1/fleet/agents", cancellationToken))
            .FirstOrDefault(row => string.Equals((string?)row!["machine"], configDir.Agent.Machine, StringComparison.Ordinal) && (string?)row["state"] is not "revoked");
        var answer = known is null
            ? await admin.PostAsync("/admin/fleet/enrol", cancellationToken, ("machine", configDir.Agent.Machine))
            : await admin.PostAsync($"/admin/fleet/agents/{(string?)known["agent"]}/enrol", cancellationToken);
        var code = Code().Match(answer).Groups["code"].Value;
        await configDir.Agent.EnrolAsync(code);
        var form = $"/admin/fleet/agents/{configDir.Agent.Id}/grants";
        var accounts = Option().Matches(await admin.GetAsync(form, cancellationToken)).Select(match => ("account", match.Groups["id"].Value));
        await admin.PostAsync(form, cancellationToken, [.. accounts]);
    }

    /// <summary>Sets what an admin knows about accounts, and a pin.</summary>
    private async Task DescribeAsync(CancellationToken cancellationToken)
    {
        var form = await admin.GetAsync($"/admin/fleet/agents/{_configDirs[0].Agent.Id}/grants", cancellationToken);
        var ids = Option().Matches(form).ToDictionary(match => match.Groups["label"].Value, match => match.Groups["id"].Value, StringComparer.Ordinal);
        foreach (var login in DemoScript.Fleet)
        {
            var charge = time.GetUtcNow().AddMonths(1).ToString("yyyy-MM-", CultureInfo.InvariantCulture) + login.ChargeDay.PadLeft(2, '0');
            await admin.PostAsync(
                $"/admin/fleet/accounts/{ids[login.Label]}/edit", cancellationToken,
                ("label", login.Label), ("email", $"{login.Label}@example.org"), ("plan", "max 20x"), ("next_charge", charge), ("five_hour_ceiling", ""), ("seven_day_ceiling", ""));
        }

        await admin.PostAsync("/admin/fleet/pin", cancellationToken, ("account", ids["research"]), ("place", "machine lf-t14"), ("mode", "soft"));
    }

    [GeneratedRegex("id=\"code\">(?<code>fcode_[0-9a-f]+)<", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("name=\"account\" value=\"(?<id>[0-9]+)\"[^>]*> (?<label>[a-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Option();
}
