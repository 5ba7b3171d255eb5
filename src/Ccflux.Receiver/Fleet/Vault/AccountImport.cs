using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The outcome of an import.</summary>
/// <param name="AccountId">Null if the import was refused.</param>
/// <param name="Message">The message for the operator.</param>
/// <param name="Fingerprint">Of the login that is now stored.</param>
internal sealed record ImportResult(long? AccountId, string Message, string? Fingerprint = null);

/// <summary>The owner of a login, as far as it is known.</summary>
/// <param name="OrganizationUuid">Null if neither the issuer nor the login names it.</param>
/// <param name="IsAsked">True if the issuer named the owner. Otherwise the login itself did, and the first refresh proves it.</param>
internal sealed record LoginOwner(string Uuid, string? OrganizationUuid, string Email, bool IsAsked);

/// <summary>
/// Stores a login that the operator supplies, replacing the login of the same account of the same organisation. If it is unclear whether both are the same,
/// nothing is replaced: the vault may have the only copy.
/// </summary>
internal sealed class AccountImport(
    VaultProtection protection, VaultStore vaultStore, Issuer issuer, LoginCheck check, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time)
{
    /// <param name="label">The account's new label.</param>
    /// <param name="json">A <c>.credentials.json</c>, or the <c>claudeAiOauth</c> object in it.</param>
    /// <param name="vaultOnly">The login was made for the vault alone, so the receiver may renew it. Otherwise a client somewhere keeps using it.</param>
    /// <param name="actor">Who imports it.</param>
    /// <param name="cancellationToken">Cancels the request to the issuer.</param>
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
            return Refused("claudeAiOauth.refreshToken: missing, so the vault could not renew the login. Import it without vault-only.");
        }

        var now = time.GetUtcNow();
        var answer = login.ExpiresAt <= now ? new IssuerAnswer(IssuerVerdict.Unreachable, Reason: "has expired") : await issuer.ProfileAsync(login.AccessToken, cancellationToken);
        var until = login.ExpiresAt ?? now + RefreshAnswer.AssumedLife;
        if (answer.Verdict is IssuerVerdict.Dead && login.ExpiresAt is null && vaultOnly)
        {
            // The login did not state its expiry, and has expired. Its refresh token may still be good.
            (until, answer) = (now, new IssuerAnswer(IssuerVerdict.Unreachable, Reason: "has expired"));
        }

        if (Whose(login, answer, out var owner) is { } refusal)
        {
            return Refused(refusal);
        }

        var asked = await AskAboutKnownAsync(owner!, cancellationToken);
        var written = await writer.WriteAsync(session => Store(session, label, owner!, asked, login, until, vaultOnly, actor));
        if (!written.TryGet(out var result))
        {
            return Refused(Refusals.StorageBusy.Detail);
        }

        changes.Publish(FleetFeature.Topic);
        return result;
    }

    /// <summary>Takes the owner from the issuer or, if it cannot be asked, from the login itself; then the first refresh proves it.</summary>
    private static string? Whose(Login login, IssuerAnswer answer, out LoginOwner? owner)
    {
        var uuid = answer.AccountUuid ?? login.AccountUuid ?? "";
        owner = new LoginOwner(uuid, answer.OrganizationUuid ?? login.OrganizationUuid, answer.Email ?? "", answer.Verdict is IssuerVerdict.Ok);
        return answer.Verdict switch
        {
            IssuerVerdict.Ok when Differ(login.AccountUuid, answer.AccountUuid) => "The login names a different account than its issuer does.",
            IssuerVerdict.Ok when Differ(login.OrganizationUuid, answer.OrganizationUuid) => "The login names a different organisation than its issuer does.",
            IssuerVerdict.Ok => null,
            IssuerVerdict.Dead => "The issuer no longer accepts this login. Sign in again.",
            _ when uuid.Length == 0 => $"The login does not name its account, and the issuer could not be asked ({answer.Reason}).",
            _ => null,
        };
    }

    private static bool Differ(string? named, string? said) => named is not null && said is not null && !string.Equals(named, said, StringComparison.Ordinal);

    /// <summary>Asks the issuer, if the vault has a login of the same person's account with an unknown organisation.</summary>
    /// <returns>Why the issuer could not say; null if it did, or if there was nothing to ask.</returns>
    private async Task<string?> AskAboutKnownAsync(LoginOwner owner, CancellationToken cancellationToken)
    {
        var found = await writer.WriteAsync(session => FindByUuid(session, owner.Uuid) is (var id, null) ? id : (long?)null);
        if (owner.OrganizationUuid is null || found.Value is not { } known || await vaultStore.FindAsync(known, cancellationToken) is not { } account)
        {
            return null;
        }

        var answer = await check.AskAsync(account, cancellationToken);
        return answer.Verdict is not IssuerVerdict.Ok ? answer.Reason : answer.OrganizationUuid is null ? "names none" : null;
    }

    private ImportResult Store(WriteSession session, string label, LoginOwner owner, string? asked, Login login, DateTimeOffset until, bool vaultOnly, AuditActor actor)
    {
        if (Place(session, label, owner, asked, login, out var known) is { } refusal)
        {
            return Refused(refusal);
        }

        if (session.Scalar(VaultSql.LabelTaken, ("label", label), ("account", known?.AccountId ?? 0)) > 0)
        {
            return Refused($"label: another account is already called {label}.");
        }

        if (known is null && session.Scalar(VaultSql.Count) >= VaultStore.MaxAccounts)
        {
            return Refused($"The vault is full: at most {VaultStore.MaxAccounts} accounts.");
        }

        var now = time.GetUtcNow();
        var key = known?.Key ?? AccountKey.Of(owner.Uuid, owner.OrganizationUuid)!;
        var id = session.Insert(
            VaultSql.Import,
            ("key", key),
            ("uuid", owner.Uuid),
            ("organization", known is null ? owner.OrganizationUuid : known.OrganizationUuid),
            ("label", label),
            ("email", owner.Email),
            ("plan", login.Plan.Length <= FleetLimits.MaxText ? login.Plan : ""),
            ("credential", protection.Protect(VaultStore.Purpose(key), login.ToBytes())),
            ("fingerprint", login.Fingerprint),
            ("access_fingerprint", login.AccessFingerprint),
            ("refreshable", login.RefreshToken is not null),
            ("expires_at", until.ToUnixTimeMilliseconds()),
            ("holder", vaultOnly ? Holder.Vault : Holder.Foreign),
            ("now", now.ToUnixTimeMilliseconds()));
        session.Execute(VaultSql.EndIntents, ("account", id));
        if (known is not null)
        {
            vaultStore.Learn(session, vaultStore.Read(session, id)!, owner.OrganizationUuid);
        }

        var holder = vaultOnly ? "renewed by the receiver" : "never renewed here";
        if (login.RefreshToken is not null && session.Text(VaultSql.StandsAt, ("fingerprint", login.Fingerprint)) is { } agent)
        {
            // The login is in a config dir that an agent serves: that client renews it, whatever the operator stated.
            session.Execute(VaultSql.SetHolder, ("holder", Holder.Agent), ("agent", agent), ("now", now.ToUnixTimeMilliseconds()), ("account", id));
            holder = "renewed by the client whose config dir contains it";
        }

        FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Import, FleetAccess.Done, id, Fingerprint: login.Fingerprint, Detail: vaultOnly ? "vault only" : "in use elsewhere"));
        return new ImportResult(id, $"{(known is null ? "Imported" : "Renewed")} {label}: login {login.Fingerprint}, {holder}.", login.Fingerprint);
    }

    /// <summary>Finds the account whose login this one replaces; null for a new account.</summary>
    /// <returns>Why this cannot be determined; null if it can.</returns>
    private string? Place(WriteSession session, string label, LoginOwner owner, string? asked, Login login, out StoredAccount? known)
    {
        known = session.Scalar(VaultSql.FindByKey, ("key", AccountKey.Of(owner.Uuid, owner.OrganizationUuid)!)) is { } exact ? vaultStore.Read(session, exact) : null;
        if (known is { OrganizationUuid: not null } || FindByUuid(session, owner.Uuid) is not (var id, var organization))
        {
            return null;
        }

        if (organization is not null)
        {
            return owner.OrganizationUuid is not null ? null : "The login does not name its organisation, and the issuer could not be asked; the vault has a login of the same account. Import it while its access token is valid.";
        }

        // The organisation of the existing account is unknown.
        var other = vaultStore.Read(session, id)!;
        var isSaid = string.Equals(other.Label, label, StringComparison.OrdinalIgnoreCase) && other.Fault is not null;
        var isSame = string.Equals(other.Fingerprint, login.Fingerprint, StringComparison.Ordinal);
        var hasNone = owner is { OrganizationUuid: null, IsAsked: true };
        if (isSaid || isSame || hasNone)
        {
            known = other;
            return null;
        }

        return $"The vault has {other.Label} of the same account, and its organisation is unknown{(asked is null ? "" : $" (its issuer: {asked})")}: this login might replace the only copy of another one. "
            + $"Try again when the issuer can be reached, or remove {other.Label} first.";
    }

    private static (long AccountId, string? OrganizationUuid)? FindByUuid(WriteSession session, string uuid)
    {
        using var rows = session.Query(VaultSql.FindByUuid, ("uuid", uuid));
        return rows.Read() ? (rows.Int64(0), rows.TextOrNull(1)) : null;
    }

    private static ImportResult Refused(string message) => new(null, message);
}
