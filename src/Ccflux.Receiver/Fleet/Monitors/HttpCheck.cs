using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Checks whether a URL answers: one GET on its own connection, without following redirects or reading the body.</summary>
internal sealed class HttpCheck : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(3);

    private readonly MonitorOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _public;
    private readonly HttpClient _private;

    /// <summary>When the certificate that a host last presented expires; hosts come from the settings.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _certificates = new(StringComparer.OrdinalIgnoreCase);

    public HttpCheck(MonitorOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _public = NewClient(allowPrivate: false);
        _private = NewClient(allowPrivate: true);
    }

    public async Task<CheckResult> RunAsync(MonitorTarget target, CancellationToken cancellationToken)
    {
        var mayBePrivate = target.IsOurs || _options.AllowPrivate;
        if (OutboundAddress.Fault(target.Address.OriginalString, mayBePrivate, MonitorOptions.Allowance) is { } fault)
        {
            return new CheckResult(MonitorState.Unknown, "not checked: " + fault.TrimEnd('.'));
        }

        using var limit = new CancellationTokenSource(s_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var started = _time.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target.Address) { Headers = { ConnectionClose = true } };
            using var answer = await (mayBePrivate ? _private : _public).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Judge((int)answer.StatusCode, _time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new CheckResult(MonitorState.Down, $"no answer within {s_timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException exception)
        {
            return exception.InnerException is PrivateAddressException
                ? new CheckResult(MonitorState.Unknown, $"not checked: its name resolves to a private IP address ({MonitorOptions.Allowance}=1 allows it)")
                : new CheckResult(MonitorState.Down, Words(exception.HttpRequestError));
        }
        catch (IOException)
        {
            return new CheckResult(MonitorState.Down, "the connection was lost");
        }
    }

    /// <summary>When the certificate of a URL's host expires; null if it has presented none since the start.</summary>
    public DateTimeOffset? CertificateEndsAt(Uri address) => _certificates.TryGetValue(address.IdnHost, out var end) ? end : null;

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private static CheckResult Judge(int status, TimeSpan took)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"answered {status}");
        var milliseconds = (long)took.TotalMilliseconds;
        return status is < 200 or >= 400 ? new CheckResult(MonitorState.Down, text, milliseconds)
            : new CheckResult(took >= s_slow ? MonitorState.Slow : MonitorState.Up, text, milliseconds);
    }

    private static string Words(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "its name cannot be resolved",
        HttpRequestError.SecureConnectionError => "its certificate is not trusted",
        _ => "cannot be reached",
    };

    private HttpClient NewClient(bool allowPrivate)
    {
        var handler = CheckedConnection.NewHandler(allowPrivate);
        handler.SslOptions.RemoteCertificateValidationCallback = Note;
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ProductVersion.Text}");
        return client;
    }

    /// <summary>Notes the certificate, and leaves the verdict to the system.</summary>
    private bool Note(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (sender is SslStream { TargetHostName: { Length: > 0 } host } && certificate is X509Certificate2 shown)
        {
            _certificates[host] = new DateTimeOffset(shown.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        }

        return errors == SslPolicyErrors.None;
    }
}
