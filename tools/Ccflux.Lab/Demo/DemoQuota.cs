using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Lab.Demo;

/// <summary>Fills quota for the demo: the past of the accounts that the demo's simulator continues, and what the status lines of some of the
/// invented users showed of the tokens that they used.</summary>
internal sealed class DemoQuota(GroupCommitWriter writer, IAccountUsage usage, TimeProvider time)
{
    /// <summary>As defined in <c>DemoScript</c> of <c>Ccflux.Simulator</c>; the first is polled with cookies.</summary>
    private static readonly DemoAccountState[] s_polled =
    [
        new(46, 3.3, 41, 70), new(8, 4.1, 12, 120), new(74, 1.8, 81, 41), new(91, 2.5, 63, 96),
        new(100, 1.2, 97, 18), new(33, 2, 28, 130), new(57, 3, 44, 60), new(24, 4.6, 71, 11),
    ];

    /// <summary>The account whose login has ended; its last reading is from before that.</summary>
    private const int SignedOut = 7;

    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(20);

    public async Task FillAsync(IReadOnlyList<DemoStatusLine> people, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        for (var number = 1; number <= s_polled.Length; number++)
        {
            var isFirst = number == 1;
            var identity = new AccountIdentity(
                string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-{(isFirst ? "9000" : "8000")}-{number:x12}"),
                AccountIdentity.Polled,
                isFirst ? QuotaSource.ClaudeAi : QuotaSource.OAuth,
                isFirst ? "claude.ai" : string.Create(CultureInfo.InvariantCulture, $"login {number - 1}"),
                "");
            await WriteAsync(identity, DemoHistory.Make(number, now.AddDays(-30), number == SignedOut ? now.AddHours(-3) : now.AddMinutes(-1), s_step, s_polled[number - 1]));
        }

        foreach (var person in people)
        {
            await ShowAsync(person, now, cancellationToken);
        }
    }

    /// <summary>Writes the last week of a user's status line, calculated from the tokens of the user's own turns.</summary>
    private async Task ShowAsync(DemoStatusLine person, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var result = await writer.WriteAsync(session => session.Scalar(QuotaSql.SelectUser, ("email", person.Email)));
        if (result.Or(null) is not { } userId)
        {
            return;
        }

        var last = now - person.SilentFor;
        var fiveHours = now.AddHours(2 + (userId % 3));
        var sevenDays = fiveHours.AddDays(1 + (userId % 5));
        var spans = new List<(string Window, DateTimeOffset Reset, long Size, UsageSpan Span)>();
        for (var at = last.AddDays(-7); at <= last; at += s_step)
        {
            foreach (var (window, length, next, size) in new[]
            {
                ("five_hour", WindowLength.FiveHours, fiveHours, person.WindowTokens),
                ("seven_day", TimeSpan.FromDays(7), sevenDays, person.WindowTokens * 9),
            })
            {
                var reset = next - (length * Math.Floor((next - at) / length));
                spans.Add((window, reset, size, new UsageSpan([userId], person.Email, reset - length, at)));
            }
        }

        var tokens = await usage.TokensAsync([.. spans.Select(each => each.Span)], cancellationToken);
        var readings = spans.Zip(tokens, (each, count) => new Reading(each.Window, Reading.Milli(Math.Min(100, Math.Round(100d * (count ?? 0) / each.Size, 1))), each.Reset, each.Span.To));
        await WriteAsync(new AccountIdentity(person.Email, userId, QuotaSource.StatusLine, "", person.Email), [.. readings.OrderBy(reading => reading.ObservedAt)]);
    }

    private async Task WriteAsync(AccountIdentity identity, IReadOnlyList<Reading> readings)
    {
        foreach (var chunk in readings.Chunk(GroupCommitWriter.DefaultCapacity / 2))
        {
            await writer.WriteAsync(session => ReadingWriter.Write(
                session, PolledAccountStore.Upsert(session, identity, time.GetUtcNow()), identity.Source, chunk));
        }
    }
}

/// <summary>An invented user with a status line.</summary>
/// <param name="Email">The user's e-mail address.</param>
/// <param name="WindowTokens">Tokens that five hours of the plan allow.</param>
/// <param name="SilentFor">Time since the last reading.</param>
internal sealed record DemoStatusLine(string Email, long WindowTokens, TimeSpan SilentFor);
