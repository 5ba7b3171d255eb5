using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Usage.Ledger;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccflux.Receiver.Tests.Usage.Copies;

/// <summary>The ledger with some users, the search for shared requests and the declarations, on a real file.</summary>
internal sealed class CopiesUnderTest : IAsyncDisposable
{
    private readonly ManualTime _time = new();

    public CopiesUnderTest(int users = 5)
    {
        for (var user = 1; user <= users; user++)
        {
            Ledger.ByHand($"INSERT INTO users (user_id, email, created_at) VALUES ({user}, '{Email(user)}', 1)");
        }

        // Numbers of models follow the order in which they came.
        Ledger.ByHand("INSERT INTO models (name, first_seen_at) VALUES ('claude-opus-5-5', 1), ('claude-sonnet-5-5', 1), ('claude-haiku-5', 1)");
        var wake = new CopyWakeSignal();
        Declarations = new CopyDeclarations(Ledger.Writer, wake, Ledger, _time);
        Job = new CopyJob(Ledger.Readers, Ledger.Writer, Ledger.Ledger, wake, _time, NullLogger<CopyJob>.Instance);
    }

    public LedgerUnderTest Ledger { get; } = new();

    public CopyDeclarations Declarations { get; }

    public CopyJob Job { get; }

    public static string Email(long user) => $"person{user}@example.org";

    /// <summary>Everything of the ledger that does not depend on when a report came.</summary>
    public List<string> Tables() => [.. LedgerPropertyTests.Tables.SelectMany(Ledger.Rows)];

    /// <summary>Declares that what a user has in common with another are copies.</summary>
    public Task<CopyFault?> DeclareAsync(long user, long original) => Declarations.DeclareAsync(Actor.Cli, Email(user), Email(original));

    public Task<CopyFault?> TakeBackAsync(long user, long original) => Declarations.TakeBackAsync(Actor.Cli, Email(user), Email(original));

    public Task<(int Hidden, int Counted)> ApplyAsync() => Job.ApplyAsync(TestContext.Current.CancellationToken);

    /// <summary>Searches, a few keys at once.</summary>
    public async Task<int> FindAsync(long keysAtOnce)
    {
        using var search = new SharedRequestJob(Ledger.Readers, Ledger.Writer, _time, NullLogger<SharedRequestJob>.Instance, keysAtOnce);
        return await search.FindAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Asserts that every sum is a count over the requests that are not hidden.</summary>
    public async Task AssertExactAsync()
    {
        Assert.Empty(await Ledger.CheckAsync());
        Assert.Equal(
            Ledger.Rows("SELECT DISTINCT user_id, hour FROM requests WHERE hidden = 0 ORDER BY user_id, hour"),
            await ActiveHoursAsync());
        Assert.Empty(Ledger.Failures);
    }

    public async ValueTask DisposeAsync()
    {
        Job.Dispose();
        await Ledger.DisposeAsync();
    }

    private async Task<List<string>> ActiveHoursAsync()
    {
        var hours = new List<string>();
        foreach (var user in Ledger.Rows("SELECT user_id FROM users ORDER BY user_id").Select(long.Parse))
        {
            hours.AddRange((await Ledger.ActiveHoursAsync(user)).Select(hour => $"{user}|{hour}"));
        }

        return hours;
    }
}
