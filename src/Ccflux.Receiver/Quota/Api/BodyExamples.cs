using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Examples of request bodies for the API documentation.</summary>
internal static class BodyExamples
{
    public static ReadingBatch Readings { get; } = new()
    {
        Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64" },
        Readings =
        [
            new ReportedReading
            {
                Window = "five_hour",
                UsedPercentage = 41.5,
                ResetsAt = new DateTimeOffset(2026, 1, 5, 14, 0, 0, TimeSpan.Zero),
                ObservedAt = new DateTimeOffset(2026, 1, 5, 10, 31, 0, TimeSpan.Zero),
                Account = AccountKey.Of("5f0c1a52-0e7f-4c1b-9d5a-3a6b1e2f4c01", "0b9a7c6d-1f2e-4a3b-8c4d-5e6f7a8b9c02")!,
            },
        ],
    };
}
