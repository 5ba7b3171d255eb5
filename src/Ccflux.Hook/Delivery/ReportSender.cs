using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>Result of sending a report.</summary>
/// <param name="Action">What the caller has to do.</param>
/// <param name="Reply">The reply, with <see cref="ResponseAction.Done"/>.</param>
/// <param name="Answer">The last answer.</param>
/// <param name="Batch">The report as it was sent.</param>
internal sealed record SendResult(ResponseAction Action, ReportReply? Reply, ReceiverResponse Answer, RequestBatch Batch);

/// <summary>Sends a report.</summary>
internal sealed class ReportSender(RegisteredRequest post, ClockSkew clock)
{
    public async Task<SendResult> SendAsync(RequestBatch batch, CancellationToken cancellationToken)
    {
        var (action, answer) = await post
            .SendAsync(Routes.Report, () => JsonSerializer.SerializeToUtf8Bytes(clock.Adjust(batch), UsageJson.Default.RequestBatch), cancellationToken)
            .ConfigureAwait(false);
        var sent = clock.Adjust(batch);
        if (action != ResponseAction.Done)
        {
            return new SendResult(action, null, answer, sent);
        }

        // A 200 without a valid reply comes from a proxy: nothing was acknowledged.
        return Read(answer.Body) is { } reply
            ? new SendResult(ResponseAction.Done, reply, answer, sent)
            : new SendResult(ResponseAction.Wait, null, ReceiverResponse.None("the answer to /report does not come from a receiver"), sent);
    }

    private static ReportReply? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, UsageJson.Default.ReportReply);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
