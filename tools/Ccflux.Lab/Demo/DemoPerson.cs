namespace Ccflux.Lab.Demo;

/// <summary>A person in the demo. Their windows scatter around <paramref name="Window"/> billed tokens. Values within a tier differ by a factor
/// of at most 1.8; the tiers are further apart.</summary>
/// <param name="Opus">Share of turns on Opus; the rest is mostly Sonnet.</param>
/// <param name="Workdays">Share of weekdays on which the person works.</param>
/// <param name="LastDaysAgo">Days since the last turn; 0 is today.</param>
/// <param name="Client">Plugin and client version.</param>
/// <param name="Claims">A different e-mail address that the client claims.</param>
internal sealed record DemoPerson(
    string Name,
    string Division,
    string Device,
    string Platform,
    int Window,
    double Opus,
    double Workdays,
    int LastDaysAgo = 0,
    DemoClient? Client = null,
    string? Claims = null)
{
    public const string OldPlugin = "0.1.4";

    public string Email => $"{Name}@example.org";

    public DemoClient Version => Client ?? DemoClient.Current;

    /// <summary>People with the old plugin still send schema 1.</summary>
    public bool IsLegacy => string.Equals(Version.Plugin, OldPlugin, StringComparison.Ordinal);

    /// <summary>The fifteen people who report.</summary>
    public static IReadOnlyList<DemoPerson> Reporting { get; } =
    [
        new("amara.okafor", "Platform", "ao-mbp16", "macos-aarch64", 620_000, 0.62, 0.97),
        new("mateo.vargas", "Platform", "mv-mbp14", "macos-aarch64", 520_000, 0.55, 0.95),
        new("hana.sato", "Data", "hs-ws01", "linux-x86_64", 600_000, 0.35, 0.95),
        new("elif.yilmaz", "Product", "ey-x1", "linux-x86_64", 215_000, 0.50, 0.92),
        new("daniel.novak", "Platform", "dn-tower", "linux-x86_64", 205_000, 0.58, 0.90),
        new("karim.benali", "Data", "kb-mbp14", "macos-aarch64", 185_000, 0.30, 0.90),
        new("lena.fischer", "Security", "lf-t14", "linux-x86_64", 175_000, 0.45, 0.88),
        new("chiara.moretti", "Product", "cm-mbp14", "macos-aarch64", 165_000, 0.40, 0.85, LastDaysAgo: 1),
        new("george.whitlock", "Support", "gw-lat7440", "windows-x86_64", 72_000, 0.20, 0.75),
        new("farah.haddad", "Product", "fh-air", "macos-aarch64", 66_000, 0.30, 0.72),
        new("ivan.petrov", "Platform", "ip-tower", "linux-x86_64", 62_000, 0.45, 0.68, LastDaysAgo: 1),
        new("julia.santos", "Support", "js-lat5550", "windows-x86_64", 57_000, 0.15, 0.66),
        new("ben.lindqvist", "Security", "bl-nuc", "linux-x86_64", 52_000, 0.40, 0.55, LastDaysAgo: 2, new("1.0.0", "2.1.247")),
        new("noor.rahman", "Support", "nr-lat5550", "windows-x86_64", 20_000, 0.10, 0.25, LastDaysAgo: 4, new(OldPlugin, "2.1.198")),
        new("oskar.wiklund", "Product", "ow-air", "macos-aarch64", 70_000, 0.25, 0, LastDaysAgo: 11, new(OldPlugin, "2.1.198"), "oskar@wiklund.example"),
    ];
}

/// <summary>What a person's machine runs.</summary>
internal sealed record DemoClient(string Plugin, string ClaudeCode)
{
    public static DemoClient Current { get; } = new("1.0.0", "2.1.252");
}
