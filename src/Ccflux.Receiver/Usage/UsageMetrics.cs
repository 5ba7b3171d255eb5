using System.Diagnostics.Metrics;
using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Usage;

/// <summary>Counts reports and turns. Labels come from closed sets and never name users.</summary>
internal sealed class UsageMetrics
{
    public const string MeterName = "Ccflux.Usage";

    /// <summary>The reason of a full queue, which has the code of a full disk.</summary>
    public const string QueueFull = "QueueFull";

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _turns;

    // The three counters of ccflux 0.1, which existing dashboards and alerts use.
    private readonly Counter<long> _authRejected;
    private readonly Counter<long> _sigRejected;
    private readonly Counter<long> _rateLimited;

    public UsageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _accepted = meter.CreateCounter<long>("ccflux.reports.accepted", "{report}", "Reports accepted, including those already stored.");
        _refused = meter.CreateCounter<long>("ccflux.reports.refused", "{report}", "Reports refused, by reason.");
        _turns = meter.CreateCounter<long>("ccflux.turns.stored", "{turn}", "Turns that were new or changed a stored turn.");
        _authRejected = meter.CreateCounter<long>("ccflux.reports.auth_rejected", "{report}", "Reports refused because of their token.");
        _sigRejected = meter.CreateCounter<long>("ccflux.reports.sig_rejected", "{report}", "Reports refused because of their signature, its timestamp or its key.");
        _rateLimited = meter.CreateCounter<long>("ccflux.reports.rate_limited", "{report}", "Reports refused because of a rate limit or daily limit.");
    }

    public void Accepted(int turns)
    {
        _accepted.Add(1);
        _turns.Add(turns);
    }

    /// <summary>Counts a refused report. The label is the code as one word, such as <c>TokenInvalid</c>, so that a new code needs nothing here.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="reason">The label, where one code has several reasons.</param>
    public void Refused(string code, string? reason = null)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", reason ?? Label(code)));
        switch (code)
        {
            case ErrorCodes.TokenInvalid:
                _authRejected.Add(1);
                break;
            case ErrorCodes.RateLimited or ErrorCodes.DailyCap or ErrorCodes.BackfillCap:
                _rateLimited.Add(1);
                break;
            case ErrorCodes.SignatureRequired or ErrorCodes.TimestampMissing or ErrorCodes.TimestampStale
                or ErrorCodes.SignatureInvalid or ErrorCodes.KeyNotRegistered or ErrorCodes.KeyRevoked or ErrorCodes.KeyPending:
                _sigRejected.Add(1);
                break;
            default:
                break;
        }
    }

    private static string Label(string code) => code is ErrorCodes.Busy
        ? "StorageFailed"
        : string.Concat(code.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
