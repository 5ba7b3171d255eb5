using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Control;

/// <summary>What the admin tells rotation: pins and a pause. Each answers null, or what is wrong; each is in the audit log.</summary>
internal sealed class RotationControl(GroupCommitWriter writer, IChangeFeed changes, TimeProvider time)
{
    public const string Paused = "paused";
    public const int MaxPins = 1000;

    private const string Busy = "The database cannot be written at the moment.";
    private const string NoAccount = "account: there is no such account.";
    private const string NoAgent = "agent: there is no such agent.";
    private const int MaxTarget = 255;

    /// <param name="scope">config_dir, machine or fleet.</param>
    /// <param name="target">An agent's id, a machine's name; nothing for the fleet.</param>
    /// <param name="mode">soft or strict.</param>
    public Task<string?> PinAsync(string scope, string target, long accountId, string mode, AuditActor actor) => ChangeAsync(connection =>
    {
        target = scope is "fleet" ? "" : target.Trim();
        if (scope is not ("config_dir" or "machine" or "fleet") || mode is not ("soft" or "strict"))
        {
            return "scope: config_dir, machine or fleet; mode: soft or strict.";
        }

        if (connection.Scalar(ControlSql.HasAccount, accountId) == 0)
        {
            return NoAccount;
        }

        if (scope is "config_dir" && connection.Scalar(ControlSql.HasAgent, target) == 0)
        {
            return NoAgent;
        }

        if (scope is "machine" && target.Length is 0 or > MaxTarget)
        {
            return $"machine: 1 to {MaxTarget} characters.";
        }

        if (connection.Scalar(ControlSql.CountPins) >= MaxPins)
        {
            return $"There are {MaxPins} pins; take one away first.";
        }

        connection.Execute(ControlSql.SavePin, scope, target, accountId, mode, Now, actor.Name);
        Audit(connection, actor, "fleet.pin", $"{scope} {target}".Trim(), $"account {accountId}, {mode}");
        return null;
    });

    public Task<string?> UnpinAsync(string scope, string target, AuditActor actor) => ChangeAsync(connection =>
    {
        if (connection.Execute(ControlSql.DropPin, scope, target) == 0)
        {
            return "There is no such pin.";
        }

        Audit(connection, actor, "fleet.unpin", $"{scope} {target}".Trim(), "");
        return null;
    });

    public Task<string?> PauseAsync(bool isPaused, AuditActor actor) => ChangeAsync(connection =>
    {
        _ = isPaused ? connection.Execute(ControlSql.SaveSetting, Paused, "1") : connection.Execute(ControlSql.DropSetting, Paused);
        Audit(connection, actor, isPaused ? "fleet.pause" : "fleet.resume", "", "");
        return null;
    });

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Audit(SqlConnection connection, AuditActor actor, string action, string target, string detail) =>
        AuditLog.Write(connection, new AuditEntry(time.GetUtcNow(), actor, action, target, detail));

    private async Task<string?> ChangeAsync(Func<SqlConnection, string?> change)
    {
        var written = await writer.WriteAsync(change);
        changes.Publish(FleetFeature.Topic);
        return written.Status == WriteStatus.Committed ? written.Value : Busy;
    }
}
