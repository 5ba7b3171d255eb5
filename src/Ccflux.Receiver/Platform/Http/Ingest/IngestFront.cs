using Ccflux.Receiver.Platform.Auth.Signing;

namespace Ccflux.Receiver.Platform.Http.Ingest;

/// <summary>Decides whether a request is read at all: authenticates its sender by a token, and limits how often they may send.</summary>
internal delegate ValueTask<Checked<TCaller>> Admission<TCaller>(HttpContext context)
    where TCaller : class;

/// <summary>Decides the same about a request whose sender is known by the signature over its body.</summary>
/// <param name="context">The request.</param>
/// <param name="body">Its body, with <see cref="RequestSignatures.MaxSuffix"/> spare bytes.</param>
internal delegate ValueTask<Checked<TCaller>> SignedAdmission<TCaller>(HttpContext context, BodyReader body)
    where TCaller : class;

/// <summary>
/// The front of an endpoint that takes a body. Its steps are values that the endpoint chooses: admit the sender, read the body, parse it. Each passes on what it found,
/// or refuses and so ends the front. What comes after is the endpoint's own: rules over time, devices, storing, the acknowledgement.
/// </summary>
internal sealed class IngestFront<TCaller, T>
    where TCaller : class
    where T : class
{
    private readonly IReadOnlyList<Func<IngestRequest<TCaller, T>, ValueTask<bool>>> _steps;

    /// <summary>For senders with a token. The order of the arguments is the order of the steps.</summary>
    public IngestFront(Admission<TCaller> admission, BodyRules rules, BodyParser<T> parser) => _steps =
    [
        async request => request.Admit(await admission(request.Context)),
        request => ReadAsync(request, rules),
        request => ValueTask.FromResult(request.Parse(parser)),
    ];

    /// <summary>For senders who are known by their signature, so that the body is read first. The order of the arguments is the order of the steps.</summary>
    public IngestFront(BodyRules rules, SignedAdmission<TCaller> admission, BodyParser<T> parser) => _steps =
    [
        request => ReadAsync(request, rules),
        async request => request.Admit(await admission(request.Context, request.Body)),
        request => ValueTask.FromResult(request.Parse(parser)),
    ];

    public async ValueTask<IngestRequest<TCaller, T>> ReadAsync(HttpContext context)
    {
        var request = new IngestRequest<TCaller, T>(context);
        try
        {
            foreach (var step in _steps)
            {
                if (!await step(request))
                {
                    break;
                }
            }

            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static async ValueTask<bool> ReadAsync(IngestRequest<TCaller, T> request, BodyRules rules) =>
        request.Take(await BodyReader.ReadAsync(request.Context.Request, rules.LimitKib * 1024, RequestSignatures.MaxSuffix, request.Context.RequestAborted), rules);
}
