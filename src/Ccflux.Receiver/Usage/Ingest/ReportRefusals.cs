using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>The part of the catalogue that only reports are refused with. What other endpoints refuse too is in <see cref="Refusals"/>.</summary>
internal static class ReportRefusals
{
    public static Refusal QueueFull { get; } = Refusals.Of(ErrorCodes.Busy, "Too many reports are waiting to be stored.", Refusals.Soon);

    public static Refusal NotDecompressed { get; } = Refusals.Invalid("The body cannot be decompressed.");

    public static Refusal EncodingUnknown { get; } = Refusals.Invalid("Content-Encoding: only gzip is supported.");

    public static Refusal TooLarge(int kib) => Refusals.Of(ErrorCodes.TooLarge, $"A body is limited to {kib} KiB, both as sent and decompressed.");

    public static Refusal TooMany(TimeSpan wait) => Refusals.Of(ErrorCodes.RateLimited, "Too many reports from this user.", wait);

    public static Refusal FactsToday(string cap, TimeSpan wait) => Refusals.Of(
        ErrorCodes.DailyCap, $"Daily limit reached: {cap}. None of this report was stored. What is known already is accepted; what is new is accepted again tomorrow (UTC).", wait);

    public static Refusal BackfillToday(string cap, TimeSpan wait) => Refusals.Of(
        ErrorCodes.BackfillCap, $"Daily limit of backfill reached: {cap}. None of this report was stored. Live reports are not affected; backfill goes on tomorrow (UTC).", wait);
}
