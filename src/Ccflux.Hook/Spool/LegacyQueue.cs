namespace Ccflux.Hook.Spool;

/// <summary><c>pending_reports.jsonl</c>, the queue of ccflux 0.1. It counted too much; the transcripts have the correct figures.</summary>
internal static class LegacyQueue
{
    public static void SetAside(StateDirectory state, StateLog log)
    {
        if (File.Exists(state.Queue))
        {
            File.Move(state.Queue, state.LegacyQueue, overwrite: true);
            log.Activity("queue: set aside the queue of ccflux 0.1; its turns are read from the transcripts instead");
        }
    }
}
