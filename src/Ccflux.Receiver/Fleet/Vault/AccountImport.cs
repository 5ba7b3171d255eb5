using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The outcome of an import.</summary>
/// <param name="AccountId">Null if the import was refused.</param>
/// <param name="Message">The message for the operator.</param>
/// <param name="Fingerprint">Of the login that is now stored.</param>
internal sealed record ImportResult(FleetAccountId? AccountId, string Message, string? Fingerprint = null);

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
    public async Task<ImportResult> ImportAsync(string label, ReadOnlyMemory<byte> json, bool vaultOnly, Actor actor, CancellationToken cancellationToken)
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
        var import = new LoginToImport(label, owner!, asked, login, vaultOnly);
        var written = await writer.WriteAsync(session => Store(session, import, until, actor));
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
        var found = await writer.WriteAsync(session => FindByUuid(session, owner.Uuid) is (var id, null) ? id : (FleetAccountId?)null);
        if (owner.OrganizationUuid is null || found.Value is not { } known || await vaultStore.FindAsync(known, cancellationToken) is not { } account)
        {
            return null;
        }

        var answer = await check.AskAsync(account, cancellationToken);
        return answer.Verdict is not IssuerVerdict.Ok ? answer.Reason : answer.OrganizationUuid is null ? "names none" : null;
    }

    private ImportResult Store(WriteSession session, LoginToImport import, DateTimeOffset until, Actor actor)
    {
        var decision = ImportRule.Decide(Load(session, import), import);
        return decision.Refusal is { } refusal ? Refused(refusal) : Save(session, import, decision, until, actor);
    }

    private ImportFacts Load(WriteSession session, LoginToImport import)
    {
        var ofKey = FleetAccountId.Of(session.Scalar(VaultSql.FindByKey, ("key", import.Owner.Key)));
        var ofPerson = FindByUuid(session, import.Owner.Uuid)?.AccountId;
        var accounts = new[] { ofKey, ofPerson }.OfType<FleetAccountId>().Distinct().OrderBy(id => id.Value).ToDictionary(id => id, id => vaultStore.Read(session, id));
        return new ImportFacts(
            ofKey is { } exact ? accounts[exact] : null,
            ofPerson is { } other ? accounts[other] : null,
            FleetAccountId.Of(session.Scalar(VaultSql.FindByLabel, ("label", import.Label))),
            session.Scalar(VaultSql.Count) ?? 0,
            session.Text(VaultSql.FoundAt, ("fingerprint", import.Login.Fingerprint)));
    }

    private ImportResult Save(WriteSession session, LoginToImport import, ImportDecision decision, DateTimeOffset until, Actor actor)
    {
        var now = time.GetUtcNow();
        var (login, owner, known) = (import.Login, import.Owner, decision.Known);
        var key = known?.Key ?? owner.Key;
        var id = new FleetAccountId(session.Insert(
            VaultSql.Import,
            ("key", key),
            ("uuid", owner.Uuid),
            ("organization", known is null ? owner.OrganizationUuid : known.OrganizationUuid),
            ("label", import.Label),
            ("email", owner.Email),
            ("plan", login.Plan.Length <= FleetLimits.MaxText ? login.Plan : ""),
            ("credential", protection.Protect(VaultStore.Purpose(key), login.ToBytes())),
            ("fingerprint", login.Fingerprint),
            ("access_fingerprint", login.AccessFingerprint),
            ("refreshable", login.RefreshToken is not null),
            ("expires_at", until.ToUnixTimeMilliseconds()),
            ("holder", import.VaultOnly ? Holder.Vault : Holder.Foreign),
            ("now", now.ToUnixTimeMilliseconds())));
        session.Execute(VaultSql.EndIntents, ("account", id.Value));
        if (decision.NewKey is { } newKey)
        {
            vaultStore.Learn(session, known!, login, newKey, owner.OrganizationUuid!);
        }

        var holder = import.VaultOnly ? "renewed by the receiver" : "never renewed here";
        if (decision.HolderAgent is { } agent)
        {
            session.Execute(VaultSql.SetHolder, ("holder", Holder.Agent), ("agent", agent), ("now", now.ToUnixTimeMilliseconds()), ("account", id.Value));
            holder = "renewed by the client whose config dir contains it";
        }

        var detail = import.VaultOnly ? "vault only" : "in use elsewhere";
        FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Import, FleetAccess.Done, id, Fingerprint: login.Fingerprint, Detail: detail));
        return new ImportResult(id, $"{(known is null ? "Imported" : "Renewed")} {import.Label}: login {login.Fingerprint}, {holder}.", login.Fingerprint);
    }

    private static (FleetAccountId AccountId, string? OrganizationUuid)? FindByUuid(WriteSession session, string uuid) => session.First<(FleetAccountId, string?)?>(
        VaultSql.FindByUuid, static rows => (new FleetAccountId(rows.Int64(0)), rows.TextOrNull(1)), ("uuid", uuid));

    private static ImportResult Refused(string message) => new(null, message);
}
