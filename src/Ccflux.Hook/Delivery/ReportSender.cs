using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>Result of sending a batch.</summary>
/// <param name="Action">What the caller has to do.</param>
/// <param name="Reply">The reply, with <see cref="ResponseAction.Done"/>.</param>
/// <param name="Answer">The last answer.</param>
internal sealed record SendResult(ResponseAction Action, ReportReply? Reply, ReceiverResponse Answer);

/// <summary>Sends a batch of turns.</summary>
internal sealed class ReportSender(RegisteredRequest post, ClockSkew clock)
{
    /// <summary>Client version named in the transcripts, for the batch's description of its sender.</summary>
    public string? ClaudeCodeVersion { get; set; }

    public async Task<SendResult> SendAsync(IReadOnlyList<TurnReport> turns, CancellationToken cancellationToken)
    {
        var (action, answer) = await post.SendAsync(Routes.Report, () => Write(turns), cancellationToken).ConfigureAwait(false);
        if (action != ResponseAction.Done)
        {
            return new SendResult(action, null, answer);
        }

        // A 200 without a valid reply comes from a proxy: nothing was acknowledged.
        return Read(answer.Body) is { } reply
            ? new SendResult(ResponseAction.Done, reply, answer)
            : new SendResult(ResponseAction.Wait, null, ReceiverResponse.None("the answer to /report does not come from a receiver"));
    }

    /// <summary>The batch as it is sent.</summary>
    public TurnBatch Batch(IReadOnlyList<TurnReport> turns) =>
        new() { Client = ClientVersion.Describe(ClaudeCodeVersion), Turns = [.. turns.Select(clock.Adjust)] };

    private byte[] Write(IReadOnlyList<TurnReport> turns) => JsonSerializer.SerializeToUtf8Bytes(Batch(turns), UsageJson.Default.TurnBatch);

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
