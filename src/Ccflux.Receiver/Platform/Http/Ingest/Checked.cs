using System.Diagnostics.CodeAnalysis;

namespace Ccflux.Receiver.Platform.Http.Ingest;

/// <summary>The result of a step: a value to continue with, or the refusal to answer with.</summary>
internal readonly record struct Checked<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (Value!, Refusal!);
        return Refusal is null;
    }

    public static implicit operator Checked<T>(T value) => new(value, null);

    public static implicit operator Checked<T>(Refusal refusal) => new(null, refusal);
}
