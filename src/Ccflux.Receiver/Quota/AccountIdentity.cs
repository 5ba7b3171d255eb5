namespace Ccflux.Receiver.Quota;

/// <summary>Identifies an account as one reporter knows it.</summary>
/// <param name="Key">Its ids by <see cref="Contracts.Quota.AccountKey"/>; if they are unknown, its organisation's id or its e-mail address.</param>
/// <param name="Owner">The user whose status line pushes it; <see cref="Polled"/> for accounts that the receiver polls itself.</param>
/// <param name="Source">One of <see cref="QuotaSource"/>.</param>
/// <param name="Label">Its name where no e-mail address may be shown; empty if none was given.</param>
/// <param name="Email">Empty if unknown.</param>
internal sealed record AccountIdentity(string Key, long Owner, string Source, string Label, string Email)
{
    public const long Polled = 0;
}
