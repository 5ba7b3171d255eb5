namespace Ccflux.Lab.Rotation;

/// <summary>
/// A fortnight that happened, as a scenario. Polls tell when weeks ended and in which proportion the two windows of an account rose; how large they are
/// in requests is derived from the requests that were reported meanwhile. docs/development/fleet-simulation.md says what is derived and what is assumed. Pure.
/// </summary>
/// <param name="Scenario">To be played.</param>
/// <param name="Notes">What it stands on, and what was left out, in words.</param>
internal sealed record RecordedFortnight(ScriptedFortnight Scenario, IReadOnlyList<string> Notes)
{
    /// <summary>Days of the fourteen on which an account must have been read.</summary>
    public const int MinDays = 10;

    /// <summary>Percent that weeks, and 5-hour windows, must have risen by in all: readings are whole percents.</summary>
    private const double MinRise = 5;

    /// <summary>Percent that the 5-hour windows of one account must have risen by to tell its own proportion.</summary>
    private const double MinOwnRise = 50;

    /// <summary>What a week is taken to hold where nothing tells of requests.</summary>
    private const double NominalWeek = 2400;

    /// <summary>Tool calls are not recorded.</summary>
    private const int CallSeconds = 5;

    /// <param name="from">A midnight.</param>
    /// <param name="accounts">What polls showed.</param>
    /// <param name="work">Requests of each hour, by config dir; empty where none were reported.</param>
    /// <param name="fault">What is missing, where it is not enough.</param>
    public static RecordedFortnight? Of(DateTimeOffset from, IReadOnlyList<RecordedAccount> accounts, IReadOnlyList<int[]> work, out string fault)
    {
        var usable = accounts.Where(account => account.Days(from) >= MinDays && account.FirstReset(from) is not null).ToList();
        var week = usable.Sum(account => RecordedAccount.Rise(account.SevenDay));
        var five = usable.Sum(account => RecordedAccount.Rise(account.FiveHour));
        fault = Fault(from, accounts, usable, Math.Min(week, five), work.Count);
        if (fault.Length > 0)
        {
            return null;
        }

        var notes = new List<string>();
        notes.AddRange(accounts.Except(usable).Select(account => $"{account.Label} is left out: {ReadOn(account, from)}."));
        var isReported = work.Count > 0;
        var perPercent = isReported ? work.Sum(hours => hours.Sum()) / week : NominalWeek / 100;
        if (!isReported)
        {
            work = [.. usable.Select(account => Demand(from, account, perPercent))];
        }

        notes.Add(isReported
            ? string.Create(CultureInfo.InvariantCulture, $"Requests are those that were reported: {perPercent:0.#} for each percent of a week, of every account alike.")
            : string.Create(CultureInfo.InvariantCulture, $"No requests were reported: they are what readings rose by, at {NominalWeek:0} a week, each account's in a config dir of its own."));
        return new RecordedFortnight(
            new ScriptedFortnight
            {
                Accounts = [.. usable.Select(account => Account(from, account, perPercent, week / five))],
                Demand = [.. work.SelectMany((hours, configDir) => Rows(configDir, hours))],
            },
            notes);
    }

    private static string Fault(DateTimeOffset from, IReadOnlyList<RecordedAccount> accounts, List<RecordedAccount> usable, double rise, int configDirs)
    {
        if (accounts.Count == 0)
        {
            return "no account was polled in that fortnight";
        }

        if (usable.Count == 0)
        {
            return $"too few readings: an account needs some on {MinDays} of the 14 days, with the end of a week; {string.Join(", ", accounts.Take(5).Select(account => $"{account.Label}: {ReadOn(account, from)}"))}";
        }

        if (usable.Count > ScriptedFortnight.MaxAccounts || configDirs > ScriptedFortnight.MaxConfigDirs)
        {
            return $"a scenario holds at most {ScriptedFortnight.MaxAccounts} accounts and {ScriptedFortnight.MaxConfigDirs} config dirs; --user narrows it";
        }

        return rise < MinRise
            ? string.Create(CultureInfo.InvariantCulture, $"too little was used: both windows must have risen by {MinRise:0} % in all, one did by {rise:0.#} %")
            : "";
    }

    private static string ReadOn(RecordedAccount account, DateTimeOffset from) =>
        account.FirstReset(from) is null ? "no reading says when a week ends" : $"read on {account.Days(from)} of the 14 days";

    private static ScriptedFortnight.Account Account(DateTimeOffset from, RecordedAccount account, double perPercent, double proportion)
    {
        var (week, five) = (RecordedAccount.Rise(account.SevenDay), RecordedAccount.Rise(account.FiveHour));
        var own = five >= MinOwnRise && week > 0 ? week / five : proportion;
        var sevenDay = Math.Max(1, (int)Math.Round(100 * perPercent));
        return new ScriptedFortnight.Account(
            Math.Clamp((int)Math.Round(sevenDay * own), 1, sevenDay),
            sevenDay,
            account.FirstReset(from)!.Value,
            (int)(sevenDay * account.UsedBefore(from) / 100),
            account.Label);
    }

    private static int[] Demand(DateTimeOffset from, RecordedAccount account, double perPercent)
    {
        var hours = new int[Fortnight.Hours];
        var (whole, sum) = (0, 0d);
        foreach (var (at, percent) in RecordedAccount.Rises(account.SevenDay))
        {
            sum += percent * perPercent;
            hours[Math.Clamp((int)(at - from).TotalHours, 0, Fortnight.Hours - 1)] += (int)sum - whole;
            whole = (int)sum;
        }

        return hours;
    }

    private static IEnumerable<ScriptedFortnight.Work> Rows(int configDir, int[] hours) =>
        from hour in Enumerable.Range(0, Fortnight.Hours)
        where hours[hour] > 0
        select new ScriptedFortnight.Work(configDir, [hour / 24], hour % 24, (hour % 24) + 1, hours[hour], CallSeconds);
}
