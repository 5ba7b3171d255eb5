using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>A receiver whose database contains a random history, written by the receiver's own writer.</summary>
internal sealed class History : IAsyncDisposable
{
    public static readonly string[] Models =
        ["claude-opus-5-5", "claude-sonnet-5", "claude-haiku-5-5", "claude-opus-5", "claude-sonnet-5[1m]", "claude-haiku-4-5-20251001", "somebody-elses-model"];

    private static readonly string[] s_divisions = ["Platform", "Data", "", "Support"];

    private readonly Random _random;

    private History(RunningReceiver receiver, ManualTime time, Random random)
    {
        Receiver = receiver;
        Time = time;
        _random = random;
    }

    public RunningReceiver Receiver { get; }

    public ManualTime Time { get; }

    public Facts Facts => new(Receiver.DatabasePath);

    public static string Email(long user) => $"person{user}@example.org";

    public static Task<History> EmptyAsync(params (string Key, string? Value)[] settings) => EmptyAsync(_ => { }, settings);

    /// <param name="add">Adds the test's services to the receiver's.</param>
    /// <param name="settings">Settings, as they would be in the environment.</param>
    public static async Task<History> EmptyAsync(Action<IServiceCollection> add, params (string Key, string? Value)[] settings)
    {
        var time = new ManualTime();
        return new History(await RunningReceiver.StartAsync(add, Directory.CreateTempSubdirectory("ccflux-test-").FullName, time, settings), time, new Random(1));
    }

    public static async Task<History> RandomAsync(int seed, int users = 7, int turns = 1500, int days = 75)
    {
        var time = new ManualTime();
        var history = new History(await RunningReceiver.StartAsync(time), time, new Random(seed));
        for (var user = 1; user <= users; user++)
        {
            await history.AddUserAsync(user, s_divisions[user % s_divisions.Length]);
        }

        var sent = new List<(int User, TurnReport Turn)>();
        for (var i = 0; i < turns; i++)
        {
            var user = 1 + (int)(users * Math.Pow(history._random.NextDouble(), 2));
            sent.Add((user, history.RandomTurn(user, days)));
        }

        // Some are sent again, with better or worse figures, in any order.
        sent.AddRange(sent.Where(_ => history._random.Next(10) == 0).Select(pair => (pair.User, history.Corrected(pair.Turn))).ToList());
        foreach (var batch in sent.OrderBy(_ => history._random.Next()).Chunk(50))
        {
            foreach (var group in batch.GroupBy(pair => pair.User, pair => pair.Turn))
            {
                await history.StoreAsync(group.Key, [.. group]);
            }
        }

        return history;
    }

    public Task AddUserAsync(long user, string division = "") => ExecuteAsync(
        "INSERT INTO users (user_id, email, division, created_at) VALUES (@user, @email, @division, @created_at)",
        ("user", user), ("email", Email(user)), ("division", division), ("created_at", Time.GetUtcNow().AddDays(-80).ToUnixTimeMilliseconds()));

    public async Task StoreAsync(long user, params TurnReport[] turns)
    {
        var incoming = TurnRequests.Of(user, Time.GetUtcNow(), turns);
        var result = await Receiver.Service<GroupCommitWriter>().WriteAsync(new LedgerWrite(Receiver.Service<LedgerWriter>(), incoming, allowances: null));
        Assert.Equal(WriteStatus.Committed, result.Status);
    }

    public async Task ExecuteAsync(string sql, params SqlParameter[] parameters)
    {
        var result = await Receiver.Service<GroupCommitWriter>().WriteAsync(session => session.Execute(sql, parameters));
        Assert.Equal(WriteStatus.Committed, result.Status);
    }

    /// <summary>Rows as text: values separated by bars.</summary>
    public IReadOnlyList<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return [.. connection.Query(sql).Select(row => string.Join('|', ((IDictionary<string, object>)row).Values))];
    }

    public static TurnReport Turn(string session, int index, DateTimeOffset endedAt, params (string Model, ModelUsage Usage)[] models) => new()
    {
        SessionId = session,
        TurnIndex = index,
        StartedUtc = endedAt.AddSeconds(-20),
        EndedUtc = endedAt,
        Outcome = TurnOutcome.Completed,
        Models = models.ToDictionary(pair => pair.Model, pair => pair.Usage, StringComparer.Ordinal),
    };

    public static ModelUsage Usage(long input, long output, long read = 0, long write = 0) =>
        new() { InputTokens = input, OutputTokens = output, CacheReadTokens = read, CacheWriteTokens = write, Messages = 1 };

    public ValueTask DisposeAsync() => Receiver.DisposeAsync();

    private TurnReport RandomTurn(int user, int days)
    {
        var endedAt = Time.GetUtcNow().AddMilliseconds(-_random.NextInt64((long)TimeSpan.FromDays(days).TotalMilliseconds));
        var failed = _random.Next(12) == 0;
        var turn = Turn($"s{user}-{_random.Next(60)}", _random.Next(40), endedAt);
        return turn with
        {
            Outcome = failed ? TurnOutcome.Failed : _random.Next(10) == 0 ? TurnOutcome.Interrupted : TurnOutcome.Completed,
            Models = failed ? turn.Models : RandomModels(),
        };
    }

    private Dictionary<string, ModelUsage> RandomModels()
    {
        var models = new Dictionary<string, ModelUsage>(StringComparer.Ordinal);
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            models[Models[_random.Next(Models.Length)]] = RandomUsage();
        }

        return models;
    }

    private ModelUsage RandomUsage()
    {
        var all = Counts(1.0);
        return new ModelUsage
        {
            InputTokens = all.InputTokens,
            OutputTokens = all.OutputTokens,
            CacheReadTokens = all.CacheReadTokens,
            CacheWriteTokens = all.CacheWriteTokens,
            CacheWrite1hTokens = all.CacheWrite1hTokens,
            Messages = _random.Next(1, 9),
            Over100k = Part(all, 0.6),
            Over200k = Part(all, 0.3),
            Fast = Part(all, 0.2),
        };
    }

    private TokenCounts Counts(double scale) => new()
    {
        InputTokens = (long)(_random.Next(5000) * scale),
        OutputTokens = (long)(_random.Next(9000) * scale),
        CacheReadTokens = (long)(_random.Next(300_000) * scale),
        CacheWriteTokens = (long)(_random.Next(20_000) * scale) + 5000,
        CacheWrite1hTokens = _random.Next(5000),
    };

    private TokenCounts? Part(TokenCounts all, double share) => _random.Next(2) == 0 ? null : new TokenCounts
    {
        InputTokens = (long)(all.InputTokens * share),
        OutputTokens = (long)(all.OutputTokens * share),
        CacheReadTokens = (long)(all.CacheReadTokens * share),
        CacheWriteTokens = (long)(all.CacheWriteTokens * share),
        CacheWrite1hTokens = (long)(all.CacheWrite1hTokens * share),
    };

    private TurnReport Corrected(TurnReport turn) => turn with
    {
        EndedUtc = turn.EndedUtc.AddHours(_random.Next(-30, 30)) is var moved && moved < Time.GetUtcNow() && moved >= turn.StartedUtc ? moved : turn.EndedUtc,
        Models = turn.Models.ToDictionary(pair => pair.Key, pair => pair.Value with { OutputTokens = pair.Value.OutputTokens + _random.Next(-500, 500) + 501 }, StringComparer.Ordinal),
    };
}
