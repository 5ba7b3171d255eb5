using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>What became of a batch.</summary>
/// <param name="Action">What is left for the caller to do.</param>
/// <param name="Reply">With <see cref="ResponseAction.Done"/>.</param>
/// <param name="Answer">The last answer.</param>
internal sealed record SendResult(ResponseAction Action, ReportReply? Reply, ReceiverResponse Answer);

/// <summary>Sends a batch of turns.</summary>
internal sealed class ReportSender(RegisteredRequest post, ClockSkew clock)
{
    /// <summary>Client version that the transcripts name, for the batch's description of its sender.</summary>
    public string? ClaudeCodeVersion { get; set; }

    public async Task<SendResult> SendAsync(IReadOnlyList<TurnReport> turns, CancellationToken cancellationToken)
    {
        var (action, answer) = await post.SendAsync(Routes.Report, () => Write(turns), cancellationToken).ConfigureAwait(false);
        if (action != ResponseAction.Done)
        {
            return new SendResult(action, null, answer);
        }

        // A 200 that is no reply is some proxy's page: nothing was acknowledged.
        return Read(answer.Body) is { } reply
            ? new SendResult(ResponseAction.Done, reply, answer)
            : new SendResult(ResponseAction.Wait, null, ReceiverResponse.None("the answer to /report is not the receiver's"));
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
