namespace Ccflux.Hook.Spool;

/// <summary><c>rejected_reports.jsonl</c>: entries that the receiver refused for good, kept for troubleshooting, the latest 256 KiB.</summary>
internal static class RejectedReports
{
    private const int MaxBytes = 256 * 1024;

    public static void Add(StateDirectory state, OutboxEntry entry)
    {
        var line = entry.ToLine();
        var kept = AtomicFile.Read(state.Rejected) ?? [];
        var from = 0;
        if (kept.Length + line.Length + 1 > MaxBytes)
        {
            from = Math.Max(0, kept.Length - (MaxBytes / 2));
            from += kept.AsSpan(from).IndexOf((byte)'\n') + 1;
        }

        AtomicFile.Write(state.Rejected, [.. kept.AsSpan(from), .. line, (byte)'\n']);
    }
}
