namespace Ccflux.Receiver.Quota;

/// <summary>Identifies an account that quota has readings of. The fleet has ids of its own for the accounts of the vault.</summary>
public readonly record struct QuotaAccountId(long Value)
{
    public static QuotaAccountId? Of(long? value) => value is { } id ? new QuotaAccountId(id) : null;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
