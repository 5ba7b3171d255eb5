namespace Ccflux.Receiver.Fleet.Store;

/// <summary>Statements that take a person's name out of the fleet. Accounts, agents and machines are the organisation's and stay.</summary>
internal static class FleetErasureSql
{
    public const string IsNamed = "SELECT 1 FROM fleet_accounts WHERE lower(email) = @email OR lower(label) = @email";

    public const string RenameAccounts = """
        UPDATE fleet_accounts SET email = CASE WHEN lower(email) = @email THEN '' ELSE email END, label = CASE WHEN lower(label) = @email THEN @name ELSE label END
        WHERE lower(email) = @email OR lower(label) = @email
        """;

    public const string RenamePins = "UPDATE fleet_pins SET created_by = @name WHERE created_by = @email";

    public const string RenameCommands = "UPDATE fleet_commands SET issued_by = @name WHERE issued_by = @email";

    /// <summary>Lines that may name the address.</summary>
    public const string SelectNaming = @"SELECT audit_id, actor, detail FROM fleet_audit WHERE lower(actor) LIKE @pattern ESCAPE '\' OR lower(detail) LIKE @pattern ESCAPE '\'";

    public const string RenameLine = "UPDATE fleet_audit SET actor = @actor, detail = @detail WHERE audit_id = @line";

    public const string SelectEvents = @"SELECT event_id, reason, figures FROM fleet_events WHERE lower(reason) LIKE @pattern ESCAPE '\' OR lower(figures) LIKE @pattern ESCAPE '\'";

    public const string RenameEvent = "UPDATE fleet_events SET reason = @reason, figures = @figures WHERE event_id = @event";
}
