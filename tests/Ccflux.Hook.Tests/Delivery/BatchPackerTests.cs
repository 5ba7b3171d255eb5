using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Delivery;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class BatchPackerTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(450, 1)]
    [InlineData(450, 20)]
    public void Pack_AnyTurns_HoldsBothLimitsAndKeepsTheOrder(int count, int models)
    {
        TurnReport[] turns = [.. Enumerable.Range(0, count).Select(i => Turn(i, models))];

        var batches = BatchPacker.Pack(turns, turn => turn).ToArray();

        Assert.Equal(turns, batches.SelectMany(batch => batch));
        foreach (var batch in batches)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new TurnBatch { Client = ClientVersion.Describe("2.1.329"), Turns = batch }, UsageJson.Default.TurnBatch);
            Assert.InRange(body.Length, 1, ReportLimits.DefaultBodyBytes);
            Assert.InRange(batch.Count, 1, ReportLimits.MaxTurns);
        }
    }

    private static TurnReport Turn(int index, int models) => new()
    {
        SessionId = "9f1a8809-75b5-4077-96c2-43e35727b43f",
        TurnIndex = index,
        StartedUtc = DateTimeOffset.UnixEpoch,
        EndedUtc = DateTimeOffset.UnixEpoch,
        Outcome = TurnOutcome.Completed,
        Models = Enumerable.Range(0, models).ToDictionary(i => $"claude-model-{i}", i => new ModelUsage { InputTokens = i, OutputTokens = 1_000_000 }, StringComparer.Ordinal),
    };
}
