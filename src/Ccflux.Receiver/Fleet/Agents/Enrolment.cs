using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Signing;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth.Tokens;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>Pins an agent's keys against a code of the admin's.</summary>
internal sealed class Enrolment(GroupCommitWriter writer, AgentDirectory directory, ReceiverSeal seal, IChangeFeed changes, TimeProvider time)
{
    /// <summary>What is wrong with a request, naming the field and its limit; null where nothing is.</summary>
    public static string? Fault(EnrolRequest request)
    {
        if (request.Code.Length is 0 or > FleetLimits.MaxEnrolmentCode)
        {
            return $"code: 1 to {FleetLimits.MaxEnrolmentCode} characters.";
        }

        Span<byte> key = stackalloc byte[64];
        if (request.SigningKey.Length > 64 || !Convert.TryFromBase64String(request.SigningKey, key, out var length) || length != SignatureHeader.PublicKeyBytes)
        {
            return "signing_key: an Ed25519 public key, 32 bytes in base64.";
        }

        if (!CredentialSeal.IsPublicKey(request.SealingKey))
        {
            return $"sealing_key: a P-256 public key, an uncompressed point of {CredentialSeal.PublicKeyBytes} bytes in base64.";
        }

        if (!AgentBook.IsMachine(request.Machine))
        {
            return $"machine: 1 to {FleetLimits.MaxMachine} characters on one line.";
        }

        if (request.ConfigDirId.Length != FleetLimits.ConfigDirId || !request.ConfigDirId.All(char.IsAsciiHexDigitLower))
        {
            return $"config_dir_id: {FleetLimits.ConfigDirId} hexadecimal digits in lower case.";
        }

        return IsText(request.Platform) && IsText(request.Version) ? null : $"platform, version: 1 to {FleetLimits.MaxText} characters on one line.";
    }

    /// <returns>The answer; its value is null where the code does not hold for this machine.</returns>
    public async Task<WriteResult<EnrolReply?>> EnrolAsync(EnrolRequest request, string address)
    {
        var written = await writer.WriteAsync(connection => Enrol(connection, request, address));
        directory.Forget();
        changes.Publish(FleetFeature.Topic);
        return written;
    }

    private EnrolReply? Enrol(SqlConnection connection, EnrolRequest request, string address)
    {
        var now = time.GetUtcNow();
        var actor = new AuditActor("agent", address);
        var hash = SecretToken.Hash(request.Code);
        string? machine;
        using (var rows = connection.Query(AgentSql.FindCode, hash, now.ToUnixTimeMilliseconds()))
        {
            machine = rows.Read() ? rows.Text(0) : null;
        }

        if (!string.Equals(machine, request.Machine, StringComparison.OrdinalIgnoreCase))
        {
            var outcome = machine is null ? "code-invalid" : "other-machine";
            FleetAudit.Write(connection, now, new FleetAccess(actor, FleetAction.Enrol, outcome, Detail: request.Machine));
            return null;
        }

        var known = FindConfigDir(connection, machine!, request.ConfigDirId);
        if (known is null && connection.Scalar(AgentSql.Count) >= AgentBook.MaxAgents)
        {
            FleetAudit.Write(connection, now, new FleetAccess(actor, FleetAction.Enrol, "too-many-agents", Detail: machine!));
            return null;
        }

        var agentId = known ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        connection.Execute(AgentSql.UseCode, now.ToUnixTimeMilliseconds(), hash);
        connection.Execute(
            AgentSql.Enrol, agentId, machine, request.ConfigDirId, request.Platform, request.Version, request.SigningKey, request.SealingKey, now.ToUnixTimeMilliseconds());

        // What was sealed to the former key opens nowhere any more.
        OpenCommand.EndUndelivered(connection, agentId, "enrolled again", now);
        FleetAudit.Write(connection, now, new FleetAccess(actor, FleetAction.Enrol, FleetAccess.Done, AgentId: agentId, Detail: known is null ? machine! : "again"));
        return new EnrolReply { AgentId = agentId, SealingKey = seal.PublicKey(connection) };
    }

    private static string? FindConfigDir(SqlConnection connection, string machine, string configDirId)
    {
        using var rows = connection.Query(AgentSql.FindConfigDir, machine, configDirId);
        return rows.Read() ? rows.Text(0) : null;
    }

    private static bool IsText(string text) => text.Length is > 0 and <= FleetLimits.MaxText && !text.Any(char.IsControl);
}
