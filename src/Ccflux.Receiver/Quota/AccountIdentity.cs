namespace Ccflux.Receiver.Quota;

/// <summary>An account as one reporter knows it.</summary>
/// <param name="Key">Its ids by <see cref="Contracts.Quota.AccountKey"/>; where they are not known its organisation's id or its e-mail.</param>
/// <param name="Owner">The user whose status line pushes it; <see cref="Polled"/> for accounts that the receiver asks about itself.</param>
/// <param name="Source">One of <see cref="QuotaSource"/>.</param>
/// <param name="Label">What it is called where no e-mail may be shown; empty where nothing was said.</param>
/// <param name="Email">Empty where it is not known.</param>
internal sealed record AccountIdentity(string Key, long Owner, string Source, string Label, string Email)
{
    public const long Polled = 0;
}
