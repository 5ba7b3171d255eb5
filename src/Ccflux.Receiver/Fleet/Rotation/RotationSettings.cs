namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>The numbers that the rule uses. The page that explains rotation prints these, so that it always matches what is done.</summary>
internal sealed record RotationSettings
{
    // A reset is stated to the second, and a poll's clock may be behind the issuer's.
    private static readonly TimeSpan s_week = TimeSpan.FromDays(7) + TimeSpan.FromHours(1);

    /// <summary>Always the account whose week resets soonest.</summary>
    public static RotationSettings Default { get; } = new();

    /// <summary>The account whose week resets soonest only shortly before that reset; until then the one that loses most by waiting.</summary>
    public static RotationSettings LeastWaste { get; } = new() { SoonestFirstWithin = TimeSpan.FromHours(12) };

    /// <summary>At this share of its 5-hour window, an account is left for the next one. An account may have its own ceiling.</summary>
    public double FiveHourCeiling { get; init; } = 80;

    /// <summary>At this share of its 7-day window, an account counts as exhausted. An account may have its own ceiling.</summary>
    public double SevenDayCeiling { get; init; } = 100;

    /// <summary>An account that reached its 5-hour ceiling is used again once it is down to this share, or once the window was reset.</summary>
    public double FiveHourCool { get; init; } = 60;

    /// <summary>If the 5-hour ceiling is forecast to be reached this soon, leave now.</summary>
    public TimeSpan FiveHourHorizon { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>If the 7-day window is forecast to be exhausted this soon, leave now.</summary>
    public TimeSpan SevenDayHorizon { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Hysteresis: an account is entered only if it is forecast to last this many horizons; to stay, one is enough.</summary>
    public double EntryHorizons { get; init; } = 2;

    /// <summary>Accounts whose 7-day window ends within this time come first, the soonest before the others. A week, the longest there is, makes this the only order.</summary>
    public TimeSpan SoonestFirstWithin { get; init; } = s_week;

    /// <summary>Hysteresis: of two whose windows end that soon, one replaces the one in use only if its window ends sooner by this much.</summary>
    public TimeSpan SoonerBy { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Hysteresis: of two others, one replaces the one in use only if it is more urgent by this factor.</summary>
    public double MoreUrgentBy { get; init; } = 1.3;

    /// <summary>The minimum time between two switches of a config dir, unless the account in use is blocked or the admin requests one.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Replaces <see cref="Cooldown"/> if the account in use is at its 5-hour ceiling or about to be used up, or will be before the cooldown ends.</summary>
    public TimeSpan LeastRest { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the rule is evaluated, and so how soon a deferred switch is retried.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A reading older than this counts as unknown.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The order depends on the soonest reset and nothing else.</summary>
    public bool IsSoonestFirst => SoonestFirstWithin >= TimeSpan.FromDays(7);
}
