using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>The example report in the API's documentation: a turn with one request.</summary>
internal static class ReportExample
{
    private const long At = 1_767_609_000_000;

    public static RequestBatch Value { get; } = new()
    {
        Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64", ClaudeCodeVersion = "2.1.329" },
        Models = ["claude-sonnet-5"],
        Sessions =
        [
            new ReportedSession
            {
                SessionId = "4b1f0c2e-8d3a-4c55-9d0e-6f7a8b9c0d11",
                Entrypoint = "cli",
                Turns = [new ReportedTurn { Key = 0x1f0a3c5577e1b902, Started = At, Ended = At + 60_000, Outcome = TurnOutcome.Completed }],
                Requests = [new ReportedRequest(0x6b20d4e19a37c5f8, At + 4000, 0, 0, RequestFlags.Split, RequestOrigin.Main, 12, 340, 51_200, 1_800, 0, 0)],
            },
        ],
    };
}
