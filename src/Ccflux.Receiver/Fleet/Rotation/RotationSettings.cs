namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>The numbers the rule goes by. The page that explains rotation prints these, so that it cannot drift from what is done.</summary>
internal sealed record RotationSettings
{
    public static RotationSettings Default { get; } = new();

    /// <summary>From this share of its 5-hour window on, an account is left for the next; an account may have a ceiling of its own.</summary>
    public double FiveHourCeiling { get; init; } = 80;

    /// <summary>From this share of its 7-day window on, an account counts as exhausted; an account may have a ceiling of its own.</summary>
    public double SevenDayCeiling { get; init; } = 100;

    /// <summary>An account that reached its 5-hour ceiling is taken again from this share downwards, or once the window was reset.</summary>
    public double FiveHourCool { get; init; } = 60;

    /// <summary>The 5-hour ceiling is projected to be reached this soon: leave now.</summary>
    public TimeSpan FiveHourHorizon { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The end of the 7-day window's capacity is projected to be reached this soon: leave now.</summary>
    public TimeSpan SevenDayHorizon { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Hysteresis: an account is entered only where it is projected to last this many horizons; staying takes one.</summary>
    public double EntryHorizons { get; init; } = 2;

    /// <summary>An account whose 7-day window ends within this goes first, the soonest before the others; 7 days makes that the whole order.</summary>
    public TimeSpan SoonestFirstWithin { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Hysteresis: of two whose windows end that soon, one goes before the one in use where its window ends sooner by this.</summary>
    public TimeSpan SoonerBy { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Hysteresis: of two others, one goes before the one in use where it is more urgent by this factor.</summary>
    public double MoreUrgentBy { get; init; } = 1.3;

    /// <summary>Between two switches of a config dir, unless the account in use is blocked or the admin asks.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the rule is asked, and so how soon a deferred switch is tried again.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A reading older than this counts as unknown.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromMinutes(15);
}
