using System.Runtime.InteropServices;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Stores batches: facts at once, rollups at the end of the transaction. Known records add nothing. Used on the writer's thread only.</summary>
internal sealed class TelemetryWriter : ITransactionParticipant
{
    public const string Topic = "telemetry";

    private const int MaxSeenNames = 500;
    private const int MaxPrompts = 50_000;

    private static readonly string[] s_seenKinds = ["", "metric", "event", "attribute", "service", "capped"];

    private readonly IChangeFeed _changes;
    private readonly IUsageSink _sink;
    private readonly SubjectIdCache _subjects;
    private readonly TelemetryNameCache _names;
    private readonly TelemetrySessionCache _sessions;
    private readonly LabelCache _labels;
    private readonly TelemetryRollupAccumulator _rollups = new();
    private readonly HashSet<(long Subject, long Prompt)> _prompts = [];
    private readonly Dictionary<(UnrecognisedNameKind Kind, string Name), long> _seen = [];
    private readonly List<TelemetryRequest> _requests = [];
    private readonly List<TelemetryMetric> _metrics = [];
    private long _now;
    private bool _changed;

    public TelemetryWriter(IChangeFeed changes, IUsageSink sink)
    {
        _changes = changes;
        _sink = sink;
        _subjects = new SubjectIdCache(() => Saw(UnrecognisedNameKind.Capped, "subject", 1), () => Saw(UnrecognisedNameKind.Capped, "erased", 1));
        _names = new TelemetryNameCache(category => Saw(UnrecognisedNameKind.Capped, $"{category}".ToLowerInvariant(), 1));
        _sessions = new TelemetrySessionCache(() => Saw(UnrecognisedNameKind.Capped, "session", 1));
        _labels = new LabelCache(() => Saw(UnrecognisedNameKind.Capped, "label", 1));
    }

    public StoredCounts Write(WriteSession writing, TelemetryCaller caller, TelemetryBatch batch, long now)
    {
        if (caller.UserId is { } sender && Tombstones.IsErased(writing, sender))
        {
            return new StoredCounts(0, batch.Weight);
        }

        _now = now;
        var stored = 0;
        _requests.Clear();
        _metrics.Clear();
        foreach (var each in batch.Events)
        {
            stored += Write(writing, caller, each) ? 1 : 0;
        }

        foreach (var each in batch.Points)
        {
            stored += Write(writing, caller, each) ? 1 : 0;
        }

        if (_requests.Count + _metrics.Count > 0)
        {
            _sink.Put(writing, caller.UserId, _requests, _metrics, now);
        }

        foreach (var label in batch.Labels)
        {
            if (_subjects.Find(writing, caller, label.Origin, now) is { } subject)
            {
                _changed |= _labels.Put(writing, subject, isClaimed: caller.UserId is null, label);
            }
        }

        foreach (var seen in batch.Seen)
        {
            Saw(seen.Kind, seen.Name, seen.Count);
        }

        _changed |= stored > 0;
        return new StoredCounts(stored, batch.Weight - stored);
    }

    public void BeforeCommit(WriteSession session)
    {
        _rollups.Flush(session);
        _sessions.Flush(session);
        foreach (var ((kind, name), count) in _seen)
        {
            session.Execute(StoreSql.AddSeen, ("kind", s_seenKinds[(int)kind]), ("name", name), ("limit", MaxSeenNames), ("count", count), ("now", _now));
        }

        _seen.Clear();
    }

    public void Committed()
    {
        if (_changed)
        {
            _changed = false;
            _changes.Publish(Topic);
        }
    }

    public void Forget()
    {
        _rollups.Clear();
        _seen.Clear();
        _changed = false;
        ForgetRows();
    }

    /// <summary>Writes what waits for the end of the transaction and clears the caches, so that rows may be deleted.</summary>
    public void Settle(WriteSession writing)
    {
        BeforeCommit(writing);
        ForgetRows();
    }

    private void ForgetRows()
    {
        _subjects.Forget();
        _names.Forget();
        _sessions.Forget();
        _labels.Forget();
        _prompts.Clear();
    }

    private bool Write(WriteSession writing, TelemetryCaller caller, EventRecord record)
    {
        if (_subjects.Find(writing, caller, record.Origin, _now) is not { } subject)
        {
            return false;
        }

        var terminal = _names.Find(writing, subject, NameCategory.Terminal, record.Origin.Terminal);
        var session = _sessions.Find(writing, subject, record.Origin, record.At, record.At, terminal, out var isNewSession);
        var model = _names.Find(writing, subject, NameCategory.Model, record.Model);
        var name = _names.Find(writing, subject, record.Kind is EventKind.ToolResult or EventKind.ToolDecision ? NameCategory.Tool : NameCategory.Other, record.Name);
        var detail = _names.Find(writing, subject, NameCategory.Other, record.Detail);
        var source = _names.Find(writing, subject, NameCategory.Other, record.Source);
        var place = new Place(subject, terminal, model, source, record.At);
        if (isNewSession)
        {
            _rollups.Count(place, CountKind.Session, 0, 0, 1);
        }

        var isNew = writing.Execute(
            StoreSql.InsertEvent,
            ("subject", subject), ("event_key", record.Key), ("session", session.Ref), ("at", record.At), ("kind", EventNames.Name(record.Kind)), ("model", model),
            ("name", name), ("detail", detail), ("source", source), ("request_id", record.RequestId), ("input_tokens", record.Sums.Input),
            ("output_tokens", record.Sums.Output), ("cache_read_tokens", record.Sums.CacheRead), ("cache_write_tokens", record.Sums.CacheWrite),
            ("cost", record.Sums.Cost), ("duration_ms", record.DurationMs)) > 0;
        if (!isNew)
        {
            return false;
        }

        CountPrompt(writing, place, record.PromptKey);
        switch (record.Kind)
        {
            case EventKind.ApiRequest:
                foreach (var described in _sessions.Describe(writing, session, record.Origin, record.At, terminal))
                {
                    _rollups.Shadow(writing, described);
                }

                _rollups.Request(session, place, record.Sums, record.DurationMs);
                _requests.Add(new TelemetryRequest(subject, record, NameOf(model, record.Model), session.IsAnonymous ? null : record.Origin.Session));
                break;
            case EventKind.ApiError:
                _rollups.Error(place);
                _rollups.Count(place, CountKind.Error, name, source, 1);
                break;
            case EventKind.ToolResult:
                _rollups.Count(place, CountKind.Tool, name, detail, 1, record.DurationMs);
                break;
            case EventKind.ToolDecision:
                _rollups.Count(place, CountKind.Decision, name, Decision(writing, subject, record.Detail, record.Source), 1);
                break;
            case EventKind.UserPrompt:
                _rollups.Count(place, CountKind.Prompt, 0, 0, 1);
                break;
            case EventKind.Compaction:
                _rollups.Count(place, CountKind.Compaction, name, detail, 1);
                break;
            case EventKind.SubagentCompleted:
                _rollups.Count(place, CountKind.Subagent, name, 0, 1);
                break;
            case EventKind.Dropped or EventKind.SettingsResolved:
                break;
        }

        return true;
    }

    private bool Write(WriteSession writing, TelemetryCaller caller, PointRecord point)
    {
        if (_subjects.Find(writing, caller, point.Origin, _now) is not { } subject)
        {
            return false;
        }

        if (PointDeduplicator.Find(writing, subject, point) is not { } growth)
        {
            return false;
        }

        var value = growth.Value;
        var terminal = _names.Find(writing, subject, NameCategory.Terminal, point.Origin.Terminal);
        var session = _sessions.Find(writing, subject, point.Origin, growth.Since, point.At, terminal, out var isNewSession);
        var model = _names.Find(writing, subject, NameCategory.Model, point.Model);
        var name = _names.Find(writing, subject, point.Kind == MetricKind.EditDecisions ? NameCategory.Tool : NameCategory.Other, point.Name);
        var place = new Place(subject, terminal, model, _names.Find(writing, subject, NameCategory.Other, point.Source), point.At);
        if (isNewSession)
        {
            _rollups.Count(place, CountKind.Session, 0, 0, 1);
        }

        switch (point.Kind)
        {
            case MetricKind.Tokens when TokensOf(point.Name, value) is { } sums:
                _rollups.Metric(session, place, sums);
                if (value > 0)
                {
                    _metrics.Add(new TelemetryMetric(subject, point.At, NameOf(model, point.Model), session.IsAnonymous ? null : point.Origin.Session, sums));
                }

                break;
            case MetricKind.Tokens:
                Saw(UnrecognisedNameKind.Capped, "token_type", 1);
                break;
            case MetricKind.Cost:
                _rollups.Metric(session, place, new RequestSums(0, 0, 0, 0, value));
                break;
            case MetricKind.Sessions:
                _rollups.Count(place, session.IsAnonymous ? CountKind.AnonymousSession : CountKind.SessionStart, name, 0, value);
                break;
            case MetricKind.Lines:
                _rollups.Count(place, CountKind.Lines, name, 0, value);
                break;
            case MetricKind.PullRequests:
                _rollups.Count(place, CountKind.PullRequest, 0, 0, value);
                break;
            case MetricKind.Commits:
                _rollups.Count(place, CountKind.Commit, 0, 0, value);
                break;
            case MetricKind.EditDecisions:
                _rollups.Count(place, CountKind.EditDecision, name, Decision(writing, subject, point.Detail, point.Source), value);
                break;
            case MetricKind.ActiveTime:
                _rollups.Count(place, CountKind.ActiveTime, name, 0, value);
                break;
        }

        return true;
    }

    /// <summary>A model as it may be named: "other" beyond the cap.</summary>
    private string NameOf(long id, string model) => _names.Is(id, model) ? model : SafeText.Other;

    /// <summary>A decision and who made it, as one name: <c>accept:config</c>.</summary>
    private long Decision(WriteSession writing, long subject, string decision, string source) =>
        _names.Find(writing, subject, NameCategory.Other, $"{decision}:{source}");

    private static RequestSums? TokensOf(string type, long tokens) => type switch
    {
        "input" => new RequestSums(tokens, 0, 0, 0, 0),
        "output" => new RequestSums(0, tokens, 0, 0, 0),
        "cacheRead" => new RequestSums(0, 0, tokens, 0, 0),
        "cacheCreation" => new RequestSums(0, 0, 0, tokens, 0),
        _ => null,
    };

    private void CountPrompt(WriteSession writing, in Place place, long prompt)
    {
        if (prompt == 0 || _prompts.Contains((place.Subject, prompt)))
        {
            return;
        }

        if (writing.Execute(StoreSql.InsertPrompt, ("day", Clock.Day(place.At)), ("subject", place.Subject), ("prompt_key", prompt)) > 0)
        {
            _rollups.Count(place, CountKind.Conversation, 0, 0, 1);
        }

        if (_prompts.Count >= MaxPrompts)
        {
            _prompts.Clear();
        }

        _prompts.Add((place.Subject, prompt));
    }

    private void Saw(UnrecognisedNameKind kind, string name, long count) => _seen[(kind, name)] = _seen.GetValueOrDefault((kind, name)) + count;
}

/// <summary>The result of storing; records that were already known are neither new nor refused.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StoredCounts(int New, int Known)
{
    public static StoredCounts operator +(StoredCounts left, StoredCounts right) => new(left.New + right.New, left.Known + right.Known);
}

/// <summary>The writer's entry for a batch.</summary>
internal sealed class BatchWrite(TelemetryWriter telemetry, TelemetryCaller caller, TelemetryBatch batch, long now) : WriteEntry<StoredCounts>
{
    public override int Weight => batch.Weight + batch.Labels.Count;

    protected override StoredCounts Write(WriteSession session) => telemetry.Write(session, caller, batch, now);
}
