namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>What an answer of the issuer teaches about a login.</summary>
/// <param name="NewKey">The account's key from now on, because the issuer named its organisation; null if it keeps its key.</param>
/// <param name="End">When the access token expires, as far as is known now; null if the login states it, or if the answer does not say.</param>
/// <param name="ChangesPages">Whether pages may show something else from now on.</param>
internal sealed record LoginFindings(string? NewKey, DateTimeOffset? End, bool ChangesPages)
{
    public static LoginFindings None { get; } = new(null, null, ChangesPages: false);
}

/// <summary>Decides what an answer of the issuer teaches about a login. Pure.</summary>
internal static class LoginCheckRule
{
    /// <param name="stored">The account as stored now; null if it was removed.</param>
    /// <param name="newKey">Its key with the organisation in the answer: see <see cref="VaultStore.FindNewKey"/>.</param>
    /// <param name="accessFingerprint">Of the access token that the issuer was asked about. If another login is stored by now, the answer teaches nothing.</param>
    /// <param name="answer">The issuer's.</param>
    /// <param name="now">The current time.</param>
    public static LoginFindings Decide(StoredAccount? stored, string? newKey, string accessFingerprint, IssuerAnswer answer, DateTimeOffset now)
    {
        if (stored is not { Login: { } login } || !string.Equals(login.AccessFingerprint, accessFingerprint, StringComparison.Ordinal))
        {
            return LoginFindings.None;
        }

        var isOk = answer.Verdict is IssuerVerdict.Ok && string.Equals(answer.AccountUuid, stored.Uuid, StringComparison.Ordinal);
        var learned = isOk ? newKey : null;
        DateTimeOffset? end = isOk ? now + RefreshAnswer.AssumedLife : answer.Verdict is IssuerVerdict.Dead ? now : null;
        return login.ExpiresAt is null ? new LoginFindings(learned, end, ChangesPages: true) : new LoginFindings(learned, null, learned is not null);
    }
}
