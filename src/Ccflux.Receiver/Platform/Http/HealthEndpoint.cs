using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Http;

/// <summary><c>GET /health</c>: whether the receiver answers, its database can be read and the last write succeeded. Public, reveals
/// nothing else, and writes nothing itself.</summary>
internal sealed partial class HealthEndpoint(ReadSessions readers, GroupCommitWriter writer, ILogger<HealthEndpoint> logger)
{
    public const string Path = "/health";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        return !await CanReadAsync(context.RequestAborted) ? Degraded("error")
            : !writer.IsWritable ? Degraded("not-writable")
            : Results.Json(new Health("ok", "ok"), HealthJson.Default.Health);
    }

    private static IResult Degraded(string database) =>
        Results.Json(new Health("degraded", database), HealthJson.Default.Health, statusCode: StatusCodes.Status503ServiceUnavailable);

    private async Task<bool> CanReadAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            using var session = await readers.OpenUrgentAsync(timeout.Token);
            return session.Scalar(HealthSql.Probe) == 1;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Degraded(logger, exception.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The database cannot be read: {Reason}")]
        public static partial void Degraded(ILogger logger, string reason);
    }
}

/// <summary>The answer of <c>/health</c>. <paramref name="Db"/> is ok, error (it cannot be read) or not-writable.</summary>
internal sealed record Health(string Status, string Db);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Health))]
internal sealed partial class HealthJson : JsonSerializerContext;
