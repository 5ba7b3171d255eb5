using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <param name="Reply">Null if it was refused.</param>
/// <param name="Refusal">The answer, if it was.</param>
internal sealed record EnrolOutcome(EnrolReply? Reply, Refusal? Refusal);

/// <summary>
/// Pins an agent's keys in exchange for a code from the admin. A code creates a new agent, whatever the request states about its machine and config dir,
/// which cannot be verified; only a code that names an agent gives that agent new keys.
/// </summary>
internal sealed class Enrolment(GroupCommitWriter writer, AgentDirectory directory, ReceiverSeal seal, ReceiverSigning signing, IChangeFeed changes, TimeProvider time)
{
    /// <summary>What is wrong with a request, naming the field and its limit; null if it is valid.</summary>
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

        if (!AgentStore.IsMachine(request.Machine))
        {
            return $"machine: 1 to {FleetLimits.MaxMachine} characters on one line, none of them a control or format character.";
        }

        if (request.ConfigDirId.Length != FleetLimits.ConfigDirId || !request.ConfigDirId.All(char.IsAsciiHexDigitLower))
        {
            return $"config_dir_id: {FleetLimits.ConfigDirId} hexadecimal digits in lower case.";
        }

        return IsText(request.Platform) && IsText(request.Version) ? null : $"platform, version: 1 to {FleetLimits.MaxText} characters on one line.";
    }

    /// <returns>The answer, or why there is none.</returns>
    public async Task<WriteResult<EnrolOutcome>> EnrolAsync(EnrolRequest request, string address)
    {
        var written = await writer.WriteAsync(session => Enrol(session, request, address));
        if (written.Value?.Reply is not null)
        {
            directory.Forget();
            changes.Publish(FleetFeature.Topic);
        }

        return written;
    }

    private EnrolOutcome Enrol(WriteSession session, EnrolRequest request, string address)
    {
        var now = time.GetUtcNow();
        var hash = SecretToken.Hash(request.Code);
        var code = session.First(
            AgentSql.FindCode, static rows => new EnrolmentCode(rows.Text(0), rows.TextOrNull(1)), ("hash", hash), ("now", now.ToUnixTimeMilliseconds()));
        var withdrawal = code?.AgentId is { } former ? GrantWithdrawal.Plan(session, former) : null;
        if (EnrolmentRule.Refusal(code, request.Machine, session.Scalar(AgentSql.Count) ?? 0) is { } refusal)
        {
            return new EnrolOutcome(null, refusal);
        }

        // Checked here as well as above, because two receivers may have read the code at the same time.
        if (session.Execute(AgentSql.UseCode, ("now", now.ToUnixTimeMilliseconds()), ("hash", hash)) == 0)
        {
            return new EnrolOutcome(null, Refusals.EnrolmentCodeUsed);
        }

        var (machine, renewed) = (code!.Machine, code.AgentId);
        var agentId = renewed ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var receiverKey = signing.PublicKey(session);
        if (renewed is null)
        {
            session.Execute(
                AgentSql.Insert,
                ("agent", agentId),
                ("machine", machine),
                ("config_dir", request.ConfigDirId),
                ("platform", request.Platform),
                ("version", request.Version),
                ("signing_key", request.SigningKey),
                ("sealing_key", request.SealingKey),
                ("receiver_key", receiverKey),
                ("now", now.ToUnixTimeMilliseconds()));
        }
        else
        {
            session.Execute(
                AgentSql.Renew,
                ("config_dir", request.ConfigDirId),
                ("platform", request.Platform),
                ("version", request.Version),
                ("signing_key", request.SigningKey),
                ("sealing_key", request.SealingKey),
                ("receiver_key", receiverKey),
                ("now", now.ToUnixTimeMilliseconds()),
                ("agent", agentId));

            // Grants were made to the holder of the old keys, and what was sealed to those keys can no longer be opened.
            GrantWithdrawal.Save(session, agentId, withdrawal!, "enrolled again", now);
        }

        var detail = $"{(renewed is null ? machine : "new keys, grants withdrawn")}, keys {KeyFingerprint.Of(request.SigningKey, request.SealingKey)}";
        FleetAudit.Write(session, now, new FleetAccess(new AuditActor(FleetAccess.Agent, address), FleetAction.Enrol, FleetAccess.Done, AgentId: agentId, Detail: detail));
        return new EnrolOutcome(new EnrolReply { AgentId = agentId, SealingKey = seal.PublicKey(session), SigningKey = receiverKey }, null);
    }

    private static bool IsText(string text) => SafeDisplayText.Is(text, FleetLimits.MaxText);
}
