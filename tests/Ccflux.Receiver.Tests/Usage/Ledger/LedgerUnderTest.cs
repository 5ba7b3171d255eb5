using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;
using Dapper;
using Microsoft.Data.Sqlite;
using SqliteDatabase = Ccflux.Storage.Sqlite.SqliteDatabase;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>The ledger alone, on a real file.</summary>
internal sealed class LedgerUnderTest : IAsyncDisposable, IChangeFeed
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-ledger-").FullName;
    private readonly OrganisationCalendar _calendar;

    public LedgerUnderTest(string zone = "UTC")
    {
        _calendar = new OrganisationCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone));
        Ledger = new LedgerWriter(this, _calendar);
        var connection = SqliteDatabase.OpenForWriting(DatabasePath);
        // Losing data in a crash does not matter here, but the speed of some thousand commits does.
        connection.ExecuteScript("PRAGMA synchronous = OFF");
        Writer = new GroupCommitWriter(connection, [Ledger], exception => Failures.Add(exception));
        Readers = SqliteDatabase.OpenForReading(DatabasePath);
    }

    public string DatabasePath => Path.Combine(_folder, "ccflux.db");

    public LedgerWriter Ledger { get; }

    public GroupCommitWriter Writer { get; }

    public ReadSessions Readers { get; }

    public List<Exception> Failures { get; } = [];

    /// <summary>Stores what is reported in one transaction.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="requests">Of any sessions.</param>
    /// <param name="turns">The same.</param>
    /// <param name="lacksIds">Numbers of sessions whose transcripts lack the API's ids.</param>
    /// <param name="pauses">Pauses of the user.</param>
    public async Task<LedgerResult> WriteAsync(
        long user, IReadOnlyList<LedgerRequest> requests, IReadOnlyList<LedgerTurn>? turns = null, IReadOnlyCollection<int>? lacksIds = null, IReadOnlyList<IncomingPause>? pauses = null)
    {
        // The ids of sessions are known to the test only by their numbers.
        var sessions = Enumerable.Range(0, 10)
            .Select(number => new IncomingSession(
                RandomReports.Session(number), RandomReports.SessionId(number), requests.Any(request => request.Subject != 0) ? null : "cli",
                [.. (turns ?? []).Where(turn => turn.Session == RandomReports.Session(number))], [],
                [.. requests.Where(request => request.Session == RandomReports.Session(number) || (request.Session == 0 && number == 0))])
            {
                LacksIds = lacksIds?.Contains(number) ?? false,
            })
            .Where(session => session.Turns.Count + session.Requests.Count > 0 || session.LacksIds)
            .ToList();
        var incoming = new IncomingRequests(user, new ReportOrigin(RandomReports.Epoch, null, "1.0.0"), sessions) { Pauses = pauses ?? [] };
        var result = await Writer.WriteAsync(session => Ledger.Write(session, incoming, null));
        Assert.Equal(WriteStatus.Committed, result.Status);
        return result.Value;
    }

    public async Task<bool> RemoveAsync(long user, long key) => (await Writer.WriteAsync(session => Ledger.Remove(session, user, new RequestId(key)))).Value;

    /// <summary>Moves what a subject reported, a few rows at a time.</summary>
    public async Task MoveAsync(long subject, long target)
    {
        while ((await Writer.WriteAsync(session => SubjectMove.Run(session, Ledger, subject, target, most: 3))).Value > 0)
        {
        }
    }

    public async Task<bool> RemoveTurnAsync(long user, long key) => (await Writer.WriteAsync(session => Ledger.RemoveTurn(session, user, key))).Value;

    /// <summary>What a recount finds.</summary>
    public async Task<IReadOnlyList<LedgerRecount.Difference>> CheckAsync()
    {
        using var session = await Readers.OpenAsync(CancellationToken.None);
        return [.. LedgerRecount.Users(session, long.MinValue).SelectMany(user => LedgerRecount.Check(session, _calendar, user))];
    }

    public async Task<IReadOnlyList<long>> ActiveHoursAsync(long user)
    {
        using var session = await Readers.OpenAsync(CancellationToken.None);
        return [.. LedgerRecount.ActiveHours(session, user)];
    }

    /// <summary>The 5-hour windows that start on a day.</summary>
    public async Task<IReadOnlyList<WindowCell>> WindowsAsync(int day)
    {
        using var session = await Readers.OpenAsync(CancellationToken.None);
        return new WindowReader(_calendar).Read(session, day);
    }

    public async Task<LedgerRequest?> FindAsync(long user, long key, long subject = 0) => (await Writer.WriteAsync(session => RequestStore.Find(session, user, new RequestId(key, subject))?.Request)).Value;

    public async Task<LedgerTurn?> FindTurnAsync(long user, long key) => (await Writer.WriteAsync(session => RequestStore.FindTurn(session, user, key)?.Turn)).Value;

    /// <summary>Rows as text, one string each.</summary>
    public IReadOnlyList<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Mode=ReadOnly;Pooling=False");
        return [.. connection.Query(sql).Select(row => string.Join('|', ((IDictionary<string, object>)row).Values))];
    }

    public void ByHand(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Execute(sql);
    }

    public void Publish(string topic)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        Readers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
