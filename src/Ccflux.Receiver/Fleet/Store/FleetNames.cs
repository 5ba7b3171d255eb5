using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Store;

/// <summary>Takes an e-mail address out of the fleet's rows, where accounts, lines of its log and decisions name it.</summary>
internal static class FleetNames
{
    public static bool Has(WriteSession session, string email) => session.Any(FleetErasureSql.IsNamed, ("email", email));

    public static void Rename(WriteSession session, string email, string name)
    {
        session.Execute(FleetErasureSql.RenameAccounts, ("email", email), ("name", name));
        session.Execute(FleetErasureSql.RenamePins, ("email", email), ("name", name));
        session.Execute(FleetErasureSql.RenameCommands, ("email", email), ("name", name));
        var pattern = Mentions.Pattern(email);
        foreach (var (line, actor, detail) in session.List(FleetErasureSql.SelectNaming, static rows => (rows.Int64(0), rows.Text(1), rows.Text(2)), ("pattern", pattern)))
        {
            session.Execute(
                FleetErasureSql.RenameLine, ("actor", Mentions.Replace(actor, email, name)), ("detail", Mentions.Replace(detail, email, name)), ("line", line));
        }

        foreach (var (id, reason, figures) in session.List(FleetErasureSql.SelectEvents, static rows => (rows.Int64(0), rows.Text(1), rows.Text(2)), ("pattern", pattern)))
        {
            session.Execute(
                FleetErasureSql.RenameEvent, ("reason", Mentions.Replace(reason, email, name)), ("figures", Mentions.Replace(figures, email, name)), ("event", id));
        }
    }
}
