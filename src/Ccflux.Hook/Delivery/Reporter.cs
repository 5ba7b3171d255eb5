using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>What became of a batch.</summary>
/// <param name="Duty">What is left for the caller to do.</param>
/// <param name="Reply">With <see cref="Duty.Done"/>.</param>
/// <param name="Answer">The last answer.</param>
internal sealed record SendResult(Duty Duty, ReportReply? Reply, Answer Answer);

/// <summary>Sends a batch of turns, registering the key where that is due.</summary>
internal sealed class Reporter(SignedPost post, KeyRegistration registration, ClockSkew clock)
{
    /// <summary>Client version that the transcripts name, for the batch's description of its sender.</summary>
    public string? ClaudeCodeVersion { get; set; }

    public async Task<SendResult> SendAsync(IReadOnlyList<TurnReport> turns, CancellationToken cancellationToken)
    {
        for (var registeredAnew = false; ; registeredAnew = true)
        {
            var (due, refusal) = await registration.EnsureAsync(cancellationToken).ConfigureAwait(false);
            if (due != Duty.Done)
            {
                return new SendResult(due, null, refusal!);
            }

            Fault.Point(Fault.Posting);
            var (duty, answer) = await post.SendAsync(Routes.Report, () => Write(turns), cancellationToken).ConfigureAwait(false);
            if (duty == Duty.Register && !registeredAnew)
            {
                registration.Forget();
                continue;
            }

            if (duty != Duty.Done)
            {
                return new SendResult(duty == Duty.Register ? Duty.Wait : duty, null, answer);
            }

            // A 200 that is no reply is some proxy's page: nothing was acknowledged.
            return Read(answer.Body) is { } reply
                ? new SendResult(Duty.Done, reply, answer)
                : new SendResult(Duty.Wait, null, Answer.None("the answer to /report is not the receiver's"));
        }
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
