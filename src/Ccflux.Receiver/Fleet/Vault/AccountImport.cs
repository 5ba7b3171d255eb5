using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>What an import came to.</summary>
/// <param name="AccountId">Null where it was refused.</param>
/// <param name="Message">What is said to the operator.</param>
/// <param name="Fingerprint">Of the login that is stored now.</param>
internal sealed record ImportResult(long? AccountId, string Message, string? Fingerprint = null);

/// <summary>Takes a login that the operator gives into the vault, in the place of the one that the same account had.</summary>
internal sealed class AccountImport(
    VaultProtection protection, Issuer issuer, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time)
{
    /// <param name="label">What the account is to be called.</param>
    /// <param name="json">A <c>.credentials.json</c>, or the <c>claudeAiOauth</c> in it.</param>
    /// <param name="vaultOnly">The login was made for the vault alone: the receiver may renew it. Otherwise somebody's client goes on with it.</param>
    /// <param name="actor">Who gives it.</param>
    /// <param name="cancellationToken">Ends the question to the issuer.</param>
    public async Task<ImportResult> ImportAsync(string label, ReadOnlyMemory<byte> json, bool vaultOnly, AuditActor actor, CancellationToken cancellationToken)
    {
        label = label.Trim();
        if (label.Length is 0 or > FleetLimits.MaxText || label.Any(char.IsControl))
        {
            return Refused($"label: 1 to {FleetLimits.MaxText} characters on one line.");
        }

        if (Login.Parse(json.Span, out var fault) is not { } login)
        {
            return Refused(fault);
        }

        if (vaultOnly && login.RefreshToken is null)
        {
            return Refused("claudeAiOauth.refreshToken: missing, so the vault could not renew it. Import it without vault-only.");
        }

        var now = time.GetUtcNow();
        var answer = login.ExpiresAt > now ? await issuer.ProfileAsync(login.AccessToken, cancellationToken) : new IssuerAnswer(IssuerVerdict.Unreachable, Reason: "has expired");
        if (Whose(login, answer, out var uuid) is { } refusal)
        {
            return Refused(refusal);
        }

        var written = await writer.WriteAsync(connection => Store(connection, label, uuid, answer.Email ?? "", login, vaultOnly, actor));
        if (written.Status != WriteStatus.Committed)
        {
            return Refused("The database cannot be written at the moment.");
        }

        changes.Publish(FleetFeature.Topic);
        return written.Value!;
    }

    /// <summary>The issuer says whose it is; where it cannot be asked, the login itself does, and the first refresh proves it.</summary>
    private static string? Whose(Login login, IssuerAnswer answer, out string uuid)
    {
        uuid = answer.AccountUuid ?? login.AccountUuid ?? "";
        return answer.Verdict switch
        {
            IssuerVerdict.Ok when login.AccountUuid is { } named && !string.Equals(named, uuid, StringComparison.Ordinal) => "The login names another account than its issuer does.",
            IssuerVerdict.Ok => null,
            IssuerVerdict.Dead => "The issuer does not take this login any more: sign in again.",
            _ when uuid.Length == 0 => $"The login does not say whose it is, and its issuer could not tell ({answer.Reason}).",
            _ => null,
        };
    }

    private ImportResult Store(SqlConnection connection, string label, string uuid, string email, Login login, bool vaultOnly, AuditActor actor)
    {
        if (connection.Scalar(VaultSql.LabelTaken, label, uuid) > 0)
        {
            return Refused($"label: another account is called {label}.");
        }

        var known = connection.Scalar(VaultSql.FindByUuid, uuid);
        if (known is null && connection.Scalar(VaultSql.Count) >= VaultBook.MaxAccounts)
        {
            return Refused($"A vault holds {VaultBook.MaxAccounts} accounts.");
        }

        var now = time.GetUtcNow();
        var id = connection.Scalar(
            VaultSql.Import,
            uuid,
            label,
            email,
            login.Plan.Length <= FleetLimits.MaxText ? login.Plan : "",
            protection.Protect(VaultBook.Purpose(uuid), login.ToBytes()),
            login.Fingerprint,
            login.AccessFingerprint,
            login.RefreshToken is not null,
            login.ExpiresAt.ToUnixTimeMilliseconds(),
            vaultOnly ? Holder.Vault : Holder.Foreign,
            now.ToUnixTimeMilliseconds())!.Value;
        connection.Execute(VaultSql.EndIntents, id);
        var holder = vaultOnly ? "renewed by the receiver" : "never renewed here";
        if (login.RefreshToken is not null && StandsAt(connection, login.Fingerprint) is { } agent)
        {
            // It stands in a config dir that an agent serves: whatever was said of it, that client renews it.
            connection.Execute(VaultSql.SetHolder, Holder.Agent, agent, now.ToUnixTimeMilliseconds(), id);
            holder = "renewed by the client in whose config dir it stands";
        }

        FleetAudit.Write(connection, now, new FleetAccess(actor, FleetAction.Import, FleetAccess.Done, id, Fingerprint: login.Fingerprint, Detail: vaultOnly ? "vault only" : "in use elsewhere"));
        return new ImportResult(id, $"{(known is null ? "Imported" : "Renewed")} {label}: login {login.Fingerprint}, {holder}.", login.Fingerprint);
    }

    private static string? StandsAt(SqlConnection connection, string fingerprint)
    {
        using var rows = connection.Query(VaultSql.StandsAt, fingerprint);
        return rows.Read() ? rows.Text(0) : null;
    }

    private static ImportResult Refused(string message) => new(null, message);
}
