using System.Globalization;
using System.Text;
using Ccflux.Receiver.Cli;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Platform.Settings;

/// <summary><c>docs/configuration.md</c> and <c>.env.example</c> match the options classes.</summary>
public sealed class ConfigurationDocTests
{
    private const string Intro = """
        # Configuration

        Settings are environment variables. The same names can be used in `appsettings.json` in the receiver's working folder; the environment takes precedence.
        The file is a JSON object of at most 1 MiB. If it exists but cannot be read, belongs neither to the receiver's user nor to root, or is writable by everyone, the receiver does not start.
        Settings are checked at start: if any are invalid, the receiver lists all of them and does not start. The resulting values are printed at start,
        secrets only as set or unset. Empty means unset, except where empty means "off". Secrets are never passed as arguments.
        Switches accept `true`/`false`, `1`/`0`, `yes`/`no`, `on`/`off`.

        `ccflux-receiver` also honours ASP.NET Core's `Logging__LogLevel__…` variables, such as `Logging__LogLevel__Default=Debug`.

        """;

    private static readonly Dictionary<string, string> s_titles = new(StringComparer.Ordinal)
    {
        ["DatabaseOptions"] = "Database",
        ["HttpOptions"] = "Address and limits",
        ["AdminOptions"] = "Admin and viewer",
        ["IdentityOptions"] = "Users' tokens and devices",
        ["DownloadOptions"] = "Client programs",
        ["CalendarOptions"] = "Calendar",
        ["UsageOptions"] = "Usage",
        ["PriceOptions"] = "Prices",
        ["TelemetryOptions"] = "Telemetry",
        ["QuotaOptions"] = "Quota",
        ["AlertOptions"] = "Quota alerts",
        ["ChannelOptions"] = "Quota alerts: channels",
        ["CloudflareAccessOptions"] = "Cloudflare Access",
        ["FleetOptions"] = "Fleet",
        ["NetworkOptions"] = "Fleet: network",
        ["MonitorOptions"] = "Fleet: uptime monitoring",
    };

    [Fact]
    public async Task ConfigurationPage_SaysWhatTheOptionsSay()
    {
        var text = new StringBuilder(Intro);
        foreach (var group in await GroupsAsync())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {s_titles[group.Key]}\n\n| name | default | what it does |\n|---|---|---|\n");
            foreach (var setting in group)
            {
                var alias = setting.AlsoNamed is { } other ? $" (also `{other}`)" : "";
                text.Append(CultureInfo.InvariantCulture, $"| `{setting.Key}`{alias} | {Default(setting)} | {setting.Description} |\n");
            }
        }

        Repository.AssertMatches("docs/configuration.md", text.ToString());
    }

    [Fact]
    public async Task EnvExample_HasEverySettingCommented()
    {
        var text = new StringBuilder("# Every setting of the receiver with its default; remove the # to set one. See docs/configuration.md.\n");
        foreach (var group in await GroupsAsync())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n# {s_titles[group.Key]}\n");
            foreach (var setting in group)
            {
                var value = setting.Show(setting.Default);
                text.Append(CultureInfo.InvariantCulture, $"\n# {setting.Description}\n#{setting.Key}={(value == "unset" ? "" : value)}\n");
            }
        }

        Repository.AssertMatches(".env.example", text.ToString());
    }

    private static string Default(Setting setting)
    {
        var value = setting.Show(setting.Default);
        return value == "unset" ? "unset" : $"`{value}`";
    }

    private static async Task<IEnumerable<IGrouping<string, Setting>>> GroupsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ccflux-settings-");
        try
        {
            var builder = ServeCommand.CreateBuilder();
            builder.Configuration["DATABASE_PATH"] = Path.Combine(folder.FullName, "ccflux.db");
            await using var app = Program.Build(builder);
            return app.Services.ResolvedSettings()
                .Select(resolved => resolved.Setting)
                .ToList()
                .GroupBy(setting => setting.Property.DeclaringType!.Name, StringComparer.Ordinal)
                .OrderBy(group => s_titles.Keys.ToList().IndexOf(group.Key));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
