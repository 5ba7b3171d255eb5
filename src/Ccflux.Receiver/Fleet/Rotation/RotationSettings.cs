namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>The numbers the rule goes by. The page that explains rotation prints these, so that it cannot drift from what is done.</summary>
internal sealed record RotationSettings
{
    // A reset is given to the second, and a poll's clock may be behind the issuer's.
    private static readonly TimeSpan s_week = TimeSpan.FromDays(7) + TimeSpan.FromHours(1);

    /// <summary>Always the account whose week resets soonest.</summary>
    public static RotationSettings Default { get; } = new();

    /// <summary>The account whose week resets soonest only shortly before that reset; until then the one that loses most by waiting.</summary>
    public static RotationSettings LeastWaste { get; } = new() { SoonestFirstWithin = TimeSpan.FromHours(12) };

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

    /// <summary>An account whose 7-day window ends within this goes first, the soonest before the others; a week, the longest there is, makes that the whole order.</summary>
    public TimeSpan SoonestFirstWithin { get; init; } = s_week;

    /// <summary>Hysteresis: of two whose windows end that soon, one goes before the one in use where its window ends sooner by this.</summary>
    public TimeSpan SoonerBy { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Hysteresis: of two others, one goes before the one in use where it is more urgent by this factor.</summary>
    public double MoreUrgentBy { get; init; } = 1.3;

    /// <summary>Between two switches of a config dir, unless the account in use is blocked or the admin asks.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>In the place of <see cref="Cooldown"/> where the account in use is at its 5-hour ceiling or about to be used up, or will be before the cooldown ends.</summary>
    public TimeSpan LeastRest { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the rule is asked, and so how soon a deferred switch is tried again.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A reading older than this counts as unknown.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The order is the soonest reset and nothing else.</summary>
    public bool IsSoonestFirst => SoonestFirstWithin >= TimeSpan.FromDays(7);
}
