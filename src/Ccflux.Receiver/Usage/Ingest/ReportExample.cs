using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>The example report in the API's documentation: one turn that used one model.</summary>
internal static class ReportExample
{
    public static TurnBatch Value { get; } = new()
    {
        Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64", ClaudeCodeVersion = "2.1.329" },
        Turns =
        [
            new TurnReport
            {
                SessionId = "4b1f0c2e-8d3a-4c55-9d0e-6f7a8b9c0d11",
                TurnIndex = 0,
                StartedUtc = new DateTimeOffset(2026, 1, 5, 10, 30, 0, TimeSpan.Zero),
                EndedUtc = new DateTimeOffset(2026, 1, 5, 10, 31, 0, TimeSpan.Zero),
                Entrypoint = "cli",
                Outcome = TurnOutcome.Completed,
                Models = new Dictionary<string, ModelUsage>(StringComparer.Ordinal)
                {
                    ["claude-sonnet-5"] = new ModelUsage { InputTokens = 12, OutputTokens = 340, CacheReadTokens = 51_200, CacheWriteTokens = 1_800, Messages = 2 },
                },
            },
        ],
    };
}
