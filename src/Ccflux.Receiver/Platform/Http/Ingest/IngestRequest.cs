using System.Diagnostics.CodeAnalysis;

namespace Ccflux.Receiver.Platform.Http.Ingest;

/// <summary>A request behind its <see cref="IngestFront{TCaller,T}"/>: who sent it and what it contains, or the refusal to answer with. Holds the body's memory
/// until it is disposed.</summary>
internal sealed class IngestRequest<TCaller, T>(HttpContext context) : IDisposable
    where TCaller : class
    where T : class
{
    private BodyReader? _body;

    public HttpContext Context { get; } = context;

    /// <summary>Null if it was refused before its sender was known.</summary>
    public TCaller? Caller { get; private set; }

    /// <summary>The body, with room for what a signature covers besides it.</summary>
    /// <exception cref="InvalidOperationException">It has not been read.</exception>
    public BodyReader Body => _body ?? throw new InvalidOperationException("The body has not been read.");

    private T? Value { get; set; }

    private Refusal? Refusal { get; set; }

    public bool TryGet([NotNullWhen(true)] out TCaller? caller, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (caller, value, refusal) = (Caller!, Value!, Refusal!);
        return Refusal is null;
    }

    public void Dispose() => _body?.Dispose();

    /// <returns>Whether it was admitted.</returns>
    public bool Admit(Checked<TCaller> admitted)
    {
        (Caller, Refusal) = (admitted.Value, admitted.Refusal);
        return Refusal is null;
    }

    /// <returns>Whether the body keeps to the rules.</returns>
    public bool Take(BodyReader body, BodyRules rules)
    {
        _body = body;
        Refusal = rules.Check(body);
        return Refusal is null;
    }

    /// <returns>Whether the body has a value.</returns>
    public bool Parse(BodyParser<T> parser)
    {
        Value = parser(Body.Content, out var fault);
        Refusal = Value is null ? Refusals.Invalid(fault) : null;
        return Refusal is null;
    }
}
