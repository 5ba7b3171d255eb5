using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;
using Microsoft.Win32.SafeHandles;

namespace Ccflux.Hook.Transcript;

/// <summary>Reads what is new in the transcripts of one session. Each file is read on its own; what they have in common are the turns, which only the session's own files start.
/// Nothing is counted and nothing is remembered of requests: the receiver merges them.</summary>
/// <param name="session">The files.</param>
/// <param name="configDir">The folder that the names of files are relative to.</param>
/// <param name="known">How far they were read; null if they never were.</param>
/// <param name="isSilent">Whether nothing may be reported of an instant (epoch milliseconds).</param>
internal sealed class SessionReader(SessionPaths session, string configDir, SessionProgress? known, Func<long, bool> isSilent)
{
    /// <summary>Prompt ids of one turn above this number are not reported: each notification of a background task has its own.</summary>
    private const int MaxPrompts = 256;

    private readonly SessionProgress _state = known?.Copy() ?? new SessionProgress();
    private readonly Dictionary<long, Request> _requests = [];
    private readonly Dictionary<long, TurnState> _touched = [];
    private readonly Dictionary<long, long> _prompts = [];
    private readonly List<LimitReading> _limits = [];
    private readonly List<ReadProblem> _problems = [];
    private readonly LineFaults _faults = new();
    private readonly LineReader _lines = new();
    private readonly RowParser _plain = new(RequestKeys.ForReports);
    private readonly RowParser _following = new(RequestKeys.ForReports, followsParents: true);
    private string? _version;
    private long _bytesRead;
    private long _silentRows;

    // The last row of the session's own files.
    private long _mainMs;

    // The file that is being read.
    private FileState _file = null!;
    private bool _isSubagent;
    private bool _needsParents;

    /// <summary>Whether a reading could find anything: looks at the files' lengths and times only. A rewritten file may have the length that it had.</summary>
    public static bool HasChanged(SessionPaths session, string configDir, SessionProgress state) =>
        session.All.Any(path => TranscriptFile.Look(path) is { } now && now != (state.Find(NameOf(path, configDir))?.Seen ?? default));

    /// <summary>A transcript's name in a state: it stays valid if the config directory moves.</summary>
    public static string NameOf(string path, string configDir) => Path.GetRelativePath(configDir, path);

    public SessionReading Run()
    {
        try
        {
            foreach (var path in session.Main)
            {
                ReadFile(path, isSubagent: false);
            }

            foreach (var path in session.Subagents)
            {
                ReadFile(path, isSubagent: true);
            }
        }
        catch (IOException problem)
        {
            // Reading a file failed part-way. Nothing of this reading is valid; the next one starts where this one did.
            return new SessionReading
            {
                Requests = [],
                Turns = [],
                Limits = [],
                Next = known ?? new SessionProgress(),
                Problems = [.. _problems, new ReadProblem(session.Main.Count > 0 ? session.Main[0] : session.SessionId, problem.Message)],
            };
        }

        var prompts = _prompts.ToLookup(pair => pair.Value, pair => LedgerKeyConverter.Text(pair.Key));
        return new SessionReading
        {
            Requests = _requests.Values,
            Turns = [.. _touched.Values.Select(turn => turn.ToReport(prompts[turn.Key].TakeLast(MaxPrompts).ToArray() is { Length: > 0 } named ? named : null))],
            Limits = _limits,
            Next = _state,
            ClaudeCodeVersion = _version,
            BytesRead = _bytesRead,
            Faults = _faults,
            Problems = _problems,
            SilentRows = _silentRows,
        };
    }

    private void ReadFile(string path, bool isSubagent)
    {
        using var file = TranscriptFile.Open(path, out var reason);
        var name = NameOf(path, configDir);
        if (file is null)
        {
            // A session's own file may be gone, or not be there yet, while there are those of its subagents.
            if (isSubagent || session.Subagents.Count == 0 || _state.Find(name) is not null || File.Exists(path))
            {
                _problems.Add(new ReadProblem(path, reason));
            }

            return;
        }

        _file = _state.Find(name) ?? Moved(file, name) ?? new FileState(name) { LiveFrom = _state.HistoryUntilMs > 0 ? FileState.ByTime : 0 };
        _isSubagent = isSubagent;
        _state.Add(_file);
        var seen = TranscriptFile.Look(file);
        if (seen.Length < _file.Offset || (_file.Offset > 0 && TranscriptFile.Identity(file, _file.Offset) != _file.Identity))
        {
            _file.Restart();
            _file.LiveFrom = _file.LiveFrom > 0 ? FileState.ByTime : _file.LiveFrom;
        }

        if (_file.IsUnplaced && _state.HasTurns && (_file.Prompt == 0 || _state.TurnOfPrompt(_file.Prompt) != 0 || _mainMs >= _file.LastMs))
        {
            _file.Restart();
        }

        ReadRows(file, seen);
        if (_needsParents)
        {
            _needsParents = false;
            _file.Restart();
            _file.Chain = new ParentChain();
            ReadRows(file, seen);
        }
    }

    /// <summary>The state of a file that stood elsewhere before: the client moves a transcript when a session goes on in another folder.</summary>
    private FileState? Moved(SafeFileHandle file, string name)
    {
        var moved = _state.Files.FirstOrDefault(other =>
            other.Offset > 0 && !File.Exists(Path.Combine(configDir, other.Name)) && RandomAccess.GetLength(file) >= other.Offset && TranscriptFile.Identity(file, other.Offset) == other.Identity);
        if (moved is null)
        {
            return null;
        }

        _state.Remove(moved);
        return moved.Named(name);
    }

    private void ReadRows(SafeFileHandle file, (long Length, long Written) seen)
    {
        _file.Seen = seen;
        if (seen.Length == _file.Offset)
        {
            _mainMs = _isSubagent ? _mainMs : Math.Max(_mainMs, _file.LastMs);
            return;
        }

        _lines.Open(file, _file.Offset, seen.Length);
        while (!_needsParents && _lines.TryRead(out var line))
        {
            AddLine(line, _lines.LineStart);
        }

        if (_needsParents)
        {
            return;
        }

        // Without a line feed the text counts once it is a complete object: the client may never write the line feed, and what it writes next is another row.
        if (_lines.TryReadTail(out var tail) && RowParser.WholeLength(tail) is > 0 and var whole)
        {
            AddLine(tail[..whole], _lines.Position);
            _lines.TakeTail(whole);
        }

        _faults.Add(LineFault.TooLong, _lines.TooLong);
        _bytesRead += _lines.Position - _file.Offset;
        _file.Offset = _lines.Position;
        _file.Identity = TranscriptFile.Identity(file, _file.Offset);
        _file.IsUnplaced |= _isSubagent && !_state.HasTurns;
        _mainMs = _isSubagent ? _mainMs : Math.Max(_mainMs, _file.LastMs);
    }

    private void AddLine(ReadOnlySpan<byte> line, long start)
    {
        var parser = _file.Chain is null ? _plain : _following;
        var rest = parser.Parse(line, out var row);
        Add(row, start);
        while (!rest.IsEmpty && !_needsParents)
        {
            line.Overlaps(rest, out var offset);
            rest = parser.ParseNext(rest, out row);
            Add(row, start + offset);
        }
    }

    private void Add(TranscriptRow row, long start)
    {
        _faults.Add(row.Fault);
        if (row.Kind == RowKind.Malformed)
        {
            return;
        }

        _version = row.Version ?? _version;
        _state.Entrypoint ??= row.Entrypoint;
        _file.LastMs = row.AtMs > 0 ? row.AtMs : _file.LastMs;
        if (row.Kind == RowKind.Message && row.Key == 0)
        {
            if (_file.Chain is null)
            {
                _needsParents = true;
                return;
            }

            row.Key = _file.Chain.KeyOf(row, RequestKeys.ForReports);
        }
        else
        {
            _file.Chain?.Pass(row);
        }

        Place(row);
        if (row.Kind == RowKind.Ignored)
        {
            return;
        }

        if (_file.LastMs == 0)
        {
            _faults.Add(row.Kind == RowKind.Message ? LineFault.NoTime : LineFault.None);
            return;
        }

        if (_file.LiveFrom == FileState.ByTime ? _file.LastMs <= _state.HistoryUntilMs : start < _file.LiveFrom)
        {
            return;
        }

        if (isSilent(_file.LastMs))
        {
            _silentRows++;
            return;
        }

        Report(row, _file.LastMs);
    }

    /// <summary>Finds the turn of the row, whether or not the row may be reported.</summary>
    private void Place(in TranscriptRow row)
    {
        if (_isSubagent)
        {
            _file.Prompt = row.Prompt != 0 ? row.Prompt : _file.Prompt;
            _file.Turn = _state.TurnOfPrompt(_file.Prompt);
            if (_file.Turn != 0)
            {
                return;
            }

            // A prompt that the session's own file does not have yet: the subagent is read again once it has.
            var isEarly = _file.Prompt != 0 && _mainMs < _file.LastMs;
            _file.IsUnplaced |= isEarly;
            _file.Turn = isEarly ? 0 : _state.TurnAt(_file.LastMs);
            return;
        }

        if (row.Kind == RowKind.Prompt)
        {
            _file.Turn = row.Turn;
            (_file.Window, _file.ResetsAtMs) = (null, 0);
            if (row.Turn != 0)
            {
                _state.StartTurn(row.Turn, _file.LastMs);
            }
        }

        if (row.Prompt != 0 && _file.Turn != 0 && !row.Sidechain && _state.NamePrompt(row.Prompt, _file.Turn))
        {
            _prompts[row.Prompt] = _file.Turn;
        }
    }

    private void Report(in TranscriptRow row, long atMs)
    {
        if (_state.Turn(_file.Turn) is { } turn)
        {
            _touched[turn.Key] = turn;
            if (_isSubagent || row.Sidechain)
            {
                turn.SeeSubagent(atMs);
            }
            else
            {
                turn.See(row, atMs);
            }
        }

        if (row.Kind == RowKind.Message)
        {
            var request = Request.Of(row, row.Key, atMs, session.SessionId);
            request.Origin = _isSubagent ? RequestOrigin.Subagent : request.Origin;
            request.Turn = _state.Turn(_file.Turn)?.Key ?? 0;
            Add(request);
            foreach (var step in row.Usage.Advisors ?? [])
            {
                Add(request.Advisor(step, RequestKeys.ForReports.OfAdvisor(row.Key, step.Step)));
            }
        }
        else if (row.Kind == RowKind.Limit || (row.Kind == RowKind.Failure && row.RateLimited))
        {
            AddLimit(row, atMs);
        }
    }

    private void Add(in Request request)
    {
        ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(_requests, request.Key, out var exists);
        if (exists)
        {
            same.Merge(request);
        }
        else
        {
            same = request;
        }
    }

    /// <summary>A final refusal names no window; the last retry of the same turn may have.</summary>
    private void AddLimit(in TranscriptRow row, long atMs)
    {
        var isMain = !_isSubagent && !row.Sidechain;
        var final = row.Kind == RowKind.Failure && isMain;
        var limit = new LimitReading(
            _state.Turn(_file.Turn)?.Key ?? 0, atMs, row.Window ?? (final ? _file.Window : null), row.ResetsAtMs > 0 ? row.ResetsAtMs : final ? _file.ResetsAtMs : 0, final);
        if (isMain)
        {
            (_file.Window, _file.ResetsAtMs) = (limit.Window, limit.ResetsAtMs);
        }

        _limits.Add(limit);
        if (_limits.Count(other => other.Turn == limit.Turn) > ReportLimits.MaxLimitEvents)
        {
            _limits.RemoveAt(_limits.FindIndex(other => other.Turn == limit.Turn));
        }
    }
}
