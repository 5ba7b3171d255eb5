using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ccflux.Hook.Transcript;

/// <summary>Scans one session once. It continues from the committed state if it can. If a file was replaced, or a row
/// concerns a turn that is no longer in the state, it reads everything again and reports what changed since.</summary>
internal sealed class SessionScan(SessionFiles session, TranscriptState? committed, MessageClaims claims)
{
    private readonly ulong _owner = IdHash.Of(Encoding.UTF8.GetBytes(session.SessionId));
    private readonly Dictionary<string, FileProgress> _committed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileProgress> _files = new(StringComparer.Ordinal);
    private readonly List<ReadProblem> _problems = [];
    private readonly LineFaults _faults = new();
    private readonly LineReader _lines = new();
    private readonly RowParser _parser = new(RequestKeys.ForReports);
    private SessionTurns _turns = null!;
    private long _beganMs;
    private long _bytesRead;
    private bool _restart;

    public ScanResult Run()
    {
        if (committed is null)
        {
            _turns = new SessionTurns(_owner, reading: 0, fromStart: true, claims);
        }
        else
        {
            _beganMs = committed.ReadFiles(_committed);
            _turns = committed.ReadTurns(_owner, claims, _files);
        }

        try
        {
            if (!ReadFiles())
            {
                ReadAgain();
            }
        }
        catch (IOException problem)
        {
            // Reading a file failed part-way. Nothing in this scan is valid; the next one starts where this one did.
            return Unchanged(problem);
        }

        _faults.Add(LineFault.NoTime, _turns.AnswersWithoutTime());
        return new ScanResult
        {
            Turns = [.. _turns.Changed(session.SessionId, _beganMs)],
            Next = TranscriptState.Of(_beganMs, _files.Values, _turns),
            ClaudeCodeVersion = _turns.ClaudeCodeVersion,
            BytesRead = _bytesRead,
            MalformedLines = _turns.MalformedLines,
            Faults = _faults,
            Problems = _problems,
        };
    }

    private ScanResult Unchanged(IOException problem) => new()
    {
        Turns = [],
        Next = committed ?? TranscriptState.Of(beganMs: 0, [], new SessionTurns(_owner, reading: 0, fromStart: true, claims)),
        Problems = [.. _problems, new ReadProblem(session.MainPath, problem.Message)],
    };

    private void ReadAgain()
    {
        var before = _files.Values.ToArray();
        _turns = new SessionTurns(_owner, (byte)(_turns.Reading + 1), fromStart: true, claims);
        _files.Clear();
        _problems.Clear();
        _restart = false;
        ReadFiles();
        foreach (var file in before)
        {
            if (file.Turn != FileProgress.NoTurn && _files.TryGetValue(file.Name, out var now) && now.Turn != file.Turn)
            {
                _turns.Touch(file.Turn);
                _turns.Touch(now.Turn);
            }
        }
    }

    /// <summary>False if everything is to be read again.</summary>
    private bool ReadFiles()
    {
        if (!ReadMain())
        {
            return true;
        }

        ReadAgents();
        return !_restart && !_turns.NeedsRestart && !AnyMovedToAnotherTurn();
    }

    /// <summary>Reads subagents whose call is known first, since they may contain the calls of others; those assigned by time only if nothing else is left.</summary>
    private void ReadAgents()
    {
        var waiting = new List<string>(session.AgentPaths);
        while (waiting.Count > 0 && !_restart && !_turns.NeedsRestart)
        {
            var next = waiting.FindIndex(path => IsBound(Progress(path), path));
            var chosen = waiting[Math.Max(0, next)];
            waiting.RemoveAt(Math.Max(0, next));
            ReadAgent(chosen);
        }
    }

    private bool IsBound(FileProgress agent, string path)
    {
        if (agent.Call == 0)
        {
            agent.Call = AgentMeta.ReadCall(path);
        }

        if (!agent.TurnIsSure && _turns.TurnOfCall(agent.Call) is { } turn && agent.Turn is FileProgress.NoTurn)
        {
            agent.Turn = turn;
            agent.TurnIsSure = true;
        }

        return agent.Turn != FileProgress.NoTurn;
    }

    /// <summary>False if the subagents' files cannot be read either: without the turns there is nothing to add them to.</summary>
    private bool ReadMain()
    {
        using var file = TranscriptFile.Open(session.MainPath, out var reason);
        if (file is null)
        {
            var neverThere = !File.Exists(session.MainPath) && !_committed.ContainsKey(session.NameOf(session.MainPath));
            if (!neverThere || session.AgentPaths.Count == 0)
            {
                _problems.Add(new ReadProblem(session.MainPath, reason));
            }

            return neverThere;
        }

        if (_beganMs == 0)
        {
            _beganMs = TranscriptFile.FirstInstant(file);
        }

        Read(file, session.MainPath);
        return true;
    }

    private void ReadAgent(string path)
    {
        using var file = TranscriptFile.Open(path, out var reason);
        if (file is null)
        {
            _problems.Add(new ReadProblem(path, reason));
            return;
        }

        var progress = Progress(path);
        if (progress.FirstMs == 0)
        {
            progress.FirstMs = TranscriptFile.FirstInstant(file);
        }

        if (progress.Turn == FileProgress.NoTurn)
        {
            progress.Turn = _turns.TurnAt(progress.FirstMs);
        }

        Read(file, path);
    }

    private void Read(SafeFileHandle file, string path)
    {
        var progress = Progress(path);
        var length = RandomAccess.GetLength(file);
        if (length < progress.Offset || (progress.Offset > 0 && TranscriptFile.Identity(file, progress.Offset) != progress.Identity))
        {
            _committed.Remove(progress.Name);
            _restart = true;
            return;
        }

        if (length == progress.Offset)
        {
            progress.SeenLength = length;
            return;
        }

        var newFrom = _committed.TryGetValue(progress.Name, out var known) ? known.Offset : 0;
        _lines.Open(file, progress.Offset, length);
        while (_lines.TryRead(out var line))
        {
            AddLine(progress, line, _lines.LineStart, newFrom);
        }

        // Without a line feed the text counts once it is a complete object: the client may never write the line feed, and what it writes next is another row.
        if (_lines.TryReadTail(out var tail) && RowParser.WholeLength(tail) is > 0 and var whole)
        {
            AddLine(progress, tail[..whole], _lines.Position, newFrom);
            _lines.TakeTail(whole);
        }

        _faults.Add(LineFault.TooLong, _lines.TooLong);
        _turns.CountMalformed(_lines.TooLong);
        _bytesRead += _lines.Position - progress.Offset;
        progress.Offset = _lines.Position;
        progress.SeenLength = length;
        progress.Identity = TranscriptFile.Identity(file, progress.Offset);
    }

    private void AddLine(FileProgress progress, ReadOnlySpan<byte> line, long start, long newFrom)
    {
        var rest = _parser.Parse(line, out var row);
        _faults.Add(row.Fault);
        Add(progress, row, isNew: start >= newFrom);
        while (!rest.IsEmpty)
        {
            // Text at the end of the file without a line feed was counted already, but what was written after it is new.
            line.Overlaps(rest, out var offset);
            rest = _parser.ParseNext(rest, out row);
            _faults.Add(row.Fault);
            Add(progress, row, isNew: start + offset >= newFrom);
        }
    }

    private void Add(FileProgress progress, in TranscriptRow row, bool isNew)
    {
        if (row.Place is { } place)
        {
            AddToTurn(progress, row with { Id = (progress.Places ??= new ResponsePlaces()).ResponseOf(place, row.AtMs) }, isNew);
            return;
        }

        if (row.Kind is not (RowKind.Ignored or RowKind.Malformed or RowKind.Message))
        {
            progress.Places?.Part(row.Kind == RowKind.Activity ? Since.ToolResult : Since.Prompt);
        }

        AddToTurn(progress, row, isNew);
    }

    private void AddToTurn(FileProgress progress, in TranscriptRow row, bool isNew)
    {
        if (progress.Turn == FileProgress.NoTurn)
        {
            _turns.AddMain(row, isNew);
        }
        else
        {
            _turns.AddAgent(row, progress.Turn, isNew);
        }
    }

    private FileProgress Progress(string path)
    {
        var name = session.NameOf(path);
        if (!_files.TryGetValue(name, out var progress))
        {
            _files.Add(name, progress = new FileProgress(name));
        }

        return progress;
    }

    /// <summary>Whether a subagent moved: its file may have been seen before the row that calls it, or before the prompt that led to it.</summary>
    private bool AnyMovedToAnotherTurn()
    {
        foreach (var agent in _files.Values)
        {
            if (agent.Turn >= _turns.FirstKept && !agent.TurnIsSure
                && (_turns.TurnOfCall(agent.Call) ?? _turns.TurnAt(agent.FirstMs)) != agent.Turn)
            {
                return true;
            }
        }

        return false;
    }
}
