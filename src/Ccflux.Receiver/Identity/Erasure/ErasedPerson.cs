namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>A person whose data is being removed.</summary>
/// <param name="Number">Of the tombstone.</param>
/// <param name="UserId">Whose rows are removed.</param>
/// <param name="Email">The address that the person had here.</param>
internal sealed record ErasedPerson(long Number, long UserId, string Email)
{
    /// <summary>What stands in place of the address where a line of another matter named it.</summary>
    public string Name => NameOf(Number);

    public static string NameOf(long number) => $"erased person {number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Without the address: records may end up in a log.</summary>
    public override string ToString() => Name;
}
