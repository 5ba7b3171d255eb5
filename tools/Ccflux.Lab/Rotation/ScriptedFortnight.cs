using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccflux.Lab.Rotation;

/// <summary>A fortnight as a file describes it; docs/development/fleet-simulation.md has an example.</summary>
internal sealed record ScriptedFortnight
{
    public const int MaxFileBytes = 8 << 20;
    public const int MaxAccounts = 100;
    public const int MaxConfigDirs = 200;
    private const int MaxRequests = 5_000_000;
    private const int MaxSize = 10_000_000;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public int Seed { get; init; } = 1;

    public IReadOnlyList<Account> Accounts { get; init; } = [];

    public IReadOnlyList<Work> Demand { get; init; } = [];

    /// <param name="FiveHour">Requests of a 5-hour window.</param>
    /// <param name="SevenDay">Requests of a 7-day window.</param>
    /// <param name="ResetsAtHour">When the first 7-day window ends, from the start: 1 to 168.</param>
    /// <param name="Used">Requests used of it before.</param>
    /// <param name="Label">For people who read the file.</param>
    internal sealed record Account(int FiveHour, int SevenDay, int ResetsAtHour, int Used = 0, string? Label = null);

    /// <param name="ConfigDir">From 0.</param>
    /// <param name="Days">0, a Monday, to 13.</param>
    /// <param name="FromHour">Included.</param>
    /// <param name="ToHour">Not included.</param>
    /// <param name="RequestsPerHour">Spread evenly.</param>
    /// <param name="CallSeconds">How long the tool call after each runs.</param>
    internal sealed record Work(int ConfigDir, IReadOnlyList<int> Days, int FromHour, int ToHour, int RequestsPerHour, int CallSeconds = 0);

    /// <param name="json">The file.</param>
    /// <param name="fault">Names the field and the limit where it is wrong.</param>
    public static Fortnight? Parse(ReadOnlySpan<byte> json, out string fault)
    {
        ScriptedFortnight? scenario;
        try
        {
            scenario = JsonSerializer.Deserialize<ScriptedFortnight>(json, s_json);
        }
        catch (JsonException exception)
        {
            fault = $"{exception.Path ?? "the file"}: not as docs/development/fleet-simulation.md describes it";
            return null;
        }

        fault = scenario is null ? "the file: expected an object" : scenario.Fault() ?? "";
        return fault.Length > 0 ? null : scenario!.ToFortnight();
    }

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    private string? Fault()
    {
        if (Accounts is not { Count: >= 1 and <= MaxAccounts })
        {
            return $"accounts: 1 to {MaxAccounts}";
        }

        foreach (var account in Accounts)
        {
            if (account is null || account.FiveHour is < 1 or > MaxSize || account.SevenDay is < 1 or > MaxSize)
            {
                return $"accounts: five_hour and seven_day are 1 to {MaxSize}";
            }

            if (account.ResetsAtHour is < 1 or > 168 || account.Used < 0 || account.Used > account.SevenDay)
            {
                return "accounts: resets_at_hour is 1 to 168, used is 0 to seven_day";
            }
        }

        long requests = 0;
        foreach (var work in Demand ?? [])
        {
            if (work is null || work.ConfigDir is < 0 or >= MaxConfigDirs || work.Days is null || work.Days.Any(day => day is < 0 or > 13))
            {
                return $"demand: config_dir is 0 to {MaxConfigDirs - 1}, days are 0 to 13";
            }

            if (work.FromHour is < 0 or > 23 || work.ToHour <= work.FromHour || work.ToHour > 24 || work.CallSeconds is < 0 or > 86_400)
            {
                return "demand: from_hour is 0 to 23, to_hour later and at most 24, call_seconds is 0 to 86400";
            }

            requests += work.RequestsPerHour is < 0 or > MaxRequests ? MaxRequests + 1L : (long)work.RequestsPerHour * (work.ToHour - work.FromHour) * work.Days.Count;
        }

        return requests is < 1 or > MaxRequests ? $"demand: 1 to {MaxRequests} requests in all" : null;
    }

    private Fortnight ToFortnight()
    {
        var requests = Demand.SelectMany(Requests).OrderBy(request => request.At).ToArray();
        return new Fortnight(
            [.. Accounts.Select(account => new SimulatedAccount(account.FiveHour, account.SevenDay, account.ResetsAtHour * SimulatedAccount.Hour, account.Used))],
            Demand.Max(work => work.ConfigDir) + 1,
            requests,
            Seed);
    }

    private static IEnumerable<SimulatedRequest> Requests(Work work) =>
        from day in work.Days
        from hour in Enumerable.Range(work.FromHour, work.ToHour - work.FromHour)
        from index in Enumerable.Range(0, work.RequestsPerHour)
        let at = (day * 86_400) + (hour * SimulatedAccount.Hour) + (int)((long)SimulatedAccount.Hour * index / work.RequestsPerHour)
        select new SimulatedRequest(at, work.ConfigDir, work.CallSeconds == 0 ? at : Math.Min(at + work.CallSeconds, Fortnight.Seconds - 1));
}
