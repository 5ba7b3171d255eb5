using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Limits what one user may add per day: new sessions, and model names new to the user. A stolen token or a broken client
/// thus cannot fill the database with names. Known names are never blocked: turns of known sessions pass whatever else the user did today,
/// as long as the same report contains nothing beyond the caps.</summary>
internal static class DailyCapCheck
{
    /// <summary>Counts what the turns would add and, if it fits, deducts it from today's allowance.</summary>
    /// <returns>Null, or the cap that would be exceeded.</returns>
    public static string? Run(WriteSession session, UsageNameCache names, IncomingTurns incoming, DailyCaps caps)
    {
        HashSet<string>? sessions = null;
        HashSet<string>? models = null;
        foreach (var turn in incoming.Turns)
        {
            if (names.FindSession(session, incoming.UserId, turn.SessionId) is null)
            {
                (sessions ??= new(StringComparer.Ordinal)).Add(turn.SessionId);
            }

            foreach (var name in turn.Models.Keys)
            {
                if (names.FindModel(session, name) is not { } model || !names.HasModel(session, incoming.UserId, model))
                {
                    (models ??= new(StringComparer.Ordinal)).Add(name);
                }
            }
        }

        return sessions is null && models is null ? null : Take(session, incoming, caps, sessions?.Count ?? 0, models?.Count ?? 0);
    }

    private static string? Take(WriteSession session, IncomingTurns incoming, DailyCaps caps, int sessions, int models)
    {
        if (caps == DailyCaps.None)
        {
            return null;
        }

        var today = StoredTurn.DayOf(incoming.ReceivedAt);
        long sessionsToday = 0;
        long modelsToday = 0;
        using (var rows = session.Query(FactsSql.SelectCaps, ("user", incoming.UserId), ("day", today)))
        {
            if (rows.Read())
            {
                sessionsToday = rows.Int64(0);
                modelsToday = rows.Int64(1);
            }
        }

        if (sessions > 0 && sessionsToday + sessions > caps.Sessions)
        {
            return $"new sessions (at most {caps.Sessions}, of which {Math.Max(0, caps.Sessions - sessionsToday)} are left)";
        }

        if (models > 0 && modelsToday + models > caps.Models)
        {
            return $"new model names (at most {caps.Models})";
        }

        session.Execute(FactsSql.AddCaps, ("user", incoming.UserId), ("day", today), ("sessions", sessions), ("models", models));
        return null;
    }
}
