using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Tiers;
using Ccflux.Storage.Sql;
using Ccflux.Testing;
using Microsoft.Extensions.Hosting;

namespace Ccflux.Receiver.Tests.Usage.Tiers;

/// <summary>Tiers from the stored windows and limit events.</summary>
public sealed class TierJobTests
{
    [Fact]
    public async Task Infer_WindowsAndAFinalLimit_AreWrittenAndStaleTiersGo()
    {
        await using var history = await History.EmptyAsync();
        var now = history.Time.GetUtcNow();
        for (var user = 1; user <= 3; user++)
        {
            await history.AddUserAsync(user);
        }

        for (var day = 1; day <= 4; day++)
        {
            await history.StoreAsync(1, A.Turn("s1", day, now.AddDays(-day), output: 900));
            await history.StoreAsync(2, A.Turn("s2", day, now.AddDays(-day), output: 9900));
        }

        var hit = A.Turn("s2", 9, now.AddDays(-1).AddHours(1), output: 100, outcome: TurnOutcome.Failed) with
        {
            LimitEvents = [new LimitEvent { AtUtc = now.AddDays(-1).AddHours(1), Window = "five_hour", ResetsAtUtc = now, Final = true }],
        };
        await history.StoreAsync(2, hit);
        await history.StoreAsync(3, A.Turn("s3", 0, now.AddMinutes(-10)) with
        {
            LimitEvents = [new LimitEvent { AtUtc = now.AddMinutes(-10), Final = true }],
        });
        await history.ExecuteAsync(
            TierSql.Put, ("user", 77), ("label", "Tier 9"), ("peak_tokens", 1), ("method", TierMethod.Inferred), ("window_count", 3), ("now", 0), ("limit_hit_at", SqlValue.Null));

        await history.Receiver.Service<IEnumerable<IHostedService>>().OfType<TierJob>().Single().InferAsync(CancellationToken.None);

        Assert.Equal(
            ["1|Tier 1|1000|inferred|4|", $"2|Tier 2|10200|limit_hit|4|{now.AddDays(-1).AddHours(1).ToUnixTimeMilliseconds()}"],
            history.Rows("SELECT user_id, label, peak_tokens, method, window_count, limit_hit_at FROM tiers ORDER BY 1"));
    }
}
