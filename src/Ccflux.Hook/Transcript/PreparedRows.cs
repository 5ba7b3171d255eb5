namespace Ccflux.Hook.Transcript;

/// <summary>The rows of whole files, read by all cores in parallel: large files in pieces, each of which contains the lines that start in it.</summary>
internal sealed class PreparedRows
{
    private const long PieceBytes = 4 * 1024 * 1024;

    private readonly Dictionary<string, List<Piece>> _files = new(StringComparer.Ordinal);
    private readonly List<Piece> _pieces = [];
    private int _next = -1;

    private PreparedRows()
    {
    }

    private sealed record Piece(string Path, long Start, long End)
    {
        public List<TranscriptRow> Rows { get; } = [];

        public LineFaults Faults { get; } = new();

        /// <summary>Why the piece was not read to its end.</summary>
        public string? Problem { get; set; }
    }

    public static PreparedRows Read(IEnumerable<string> paths)
    {
        var prepared = new PreparedRows();
        foreach (var path in paths)
        {
            prepared.AddFile(path);
        }

        var others = new Thread[Math.Min(Environment.ProcessorCount, prepared._pieces.Count) is var count and > 1 ? count - 1 : 0];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(prepared.ReadPieces);
            others[i].Start();
        }

        prepared.ReadPieces();
        foreach (var other in others)
        {
            other.Join();
        }

        return prepared;
    }

    public IEnumerable<TranscriptRow> Of(string path) =>
        _files.TryGetValue(path, out var pieces) ? pieces.SelectMany(piece => piece.Rows) : [];

    public IEnumerable<ReadProblem> ProblemsOf(string path) =>
        _files.TryGetValue(path, out var pieces)
            ? pieces.Where(piece => piece.Problem is not null).Take(1).Select(piece => new ReadProblem(path, piece.Problem!))
            : [];

    public LineFaults FaultsOf(string path)
    {
        var faults = new LineFaults();
        foreach (var piece in _files.TryGetValue(path, out var pieces) ? pieces : [])
        {
            faults.Add(piece.Faults);
        }

        return faults;
    }

    private void AddFile(string path)
    {
        if (_files.ContainsKey(path))
        {
            return;
        }

        var length = TranscriptFile.Length(path) ?? 0;
        var pieces = new List<Piece>();
        for (long start = 0; start < length; start += PieceBytes)
        {
            pieces.Add(new Piece(path, start, Math.Min(start + PieceBytes, length)));
        }

        _files.Add(path, pieces);
        _pieces.AddRange(pieces);
    }

    private void ReadPieces()
    {
        var lines = new LineReader();
        var parser = new RowParser();
        while (Interlocked.Increment(ref _next) is var index && index < _pieces.Count)
        {
            var piece = _pieces[index];
            try
            {
                ReadPiece(piece, lines, parser);
            }
            catch (IOException problem)
            {
                piece.Problem = problem.Message;
            }
        }
    }

    private static void ReadPiece(Piece piece, LineReader lines, RowParser parser)
    {
        using var file = TranscriptFile.Open(piece.Path, out var reason);
        if (file is null)
        {
            piece.Problem = reason;
            return;
        }

        if (piece.Start == 0)
        {
            lines.Open(file, 0, piece.End);
        }
        else
        {
            lines.OpenAmid(file, piece.Start, piece.End);
        }

        while (lines.TryRead(out var line))
        {
            AddLine(piece, line, parser);
        }

        // There is no later look: what is at the end is all there is.
        if (lines.TryReadTail(out var tail))
        {
            AddLine(piece, tail, parser);
        }

        piece.Faults.Add(LineFault.TooLong, lines.TooLong);
    }

    private static void AddLine(Piece piece, ReadOnlySpan<byte> line, RowParser parser)
    {
        line = parser.Parse(line, out var row);
        Add(piece, row);
        while (!line.IsEmpty)
        {
            line = parser.ParseNext(line, out row);
            Add(piece, row);
        }
    }

    /// <summary>Keeps only the last of consecutive tool results, since only its time matters.</summary>
    private static void Add(Piece piece, in TranscriptRow row)
    {
        piece.Faults.Add(row.Fault);
        var rows = piece.Rows;
        if (row.Kind is RowKind.Ignored or RowKind.Malformed)
        {
            return;
        }

        if (row.Kind == RowKind.Activity && rows.Count > 0 && rows[^1] is { Kind: RowKind.Activity } last && last.Sidechain == row.Sidechain && last.AtMs <= row.AtMs)
        {
            rows[^1] = row;
            return;
        }

        rows.Add(row);
    }
}
