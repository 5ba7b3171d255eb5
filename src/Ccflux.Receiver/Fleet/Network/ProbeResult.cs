using System.Net.Sockets;
using System.Text.Json;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>The state of another program, or why it cannot be seen. Never a guess.</summary>
internal sealed record ProbeResult<T>(T? Value, string? Unseen)
    where T : class
{
    public static ProbeResult<T> Of(T value) => new(value, null);

    public static ProbeResult<T> None(string why) => new(null, why);
}

/// <summary>The failures that a probe may end in.</summary>
internal static class ProbeResult
{
    public static bool IsExpected(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or JsonException or IOException or SocketException or InvalidOperationException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    public static string Words(Exception exception) => exception switch
    {
        OperationCanceledException => "no answer in time",
        HttpRequestException { StatusCode: { } status } => string.Create(CultureInfo.InvariantCulture, $"it answered {(int)status}"),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.AccessDenied } } => "not allowed",
        _ => "no connection",
    };
}
