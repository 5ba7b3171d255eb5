using System.Runtime.InteropServices;

namespace Ccflux.Hook.Transcript;

/// <summary>The requests in the transcripts of this machine, each once, whatever number of files has a copy of it. All cores read, large files in pieces that contain the lines which start in
/// them; no order matters, because <see cref="Request.Merge"/> knows none. What only the rows around it can identify or time is read again afterwards, file by file.</summary>
internal sealed class LocalRequests
{
    private const long PieceBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of transcripts to a request, at least; a guess that spares most of the dictionary's growth.</summary>
    private const int BytesPerRequest = 4096;

    private readonly Dictionary<long, Request> _requests = [];
    private readonly List<Piece> _pieces = [];
    private readonly Lock _gate = new();

    /// <summary>Part of a file.</summary>
    private sealed record Piece(LocalFile File, long Start, long End);

    private sealed record LocalFile(string Path, string Session, bool Desktop)
    {
        /// <summary>It has rows that only those around them can identify or time.</summary>
        public bool IsIncomplete { get; set; }

        public bool IsUnread { get; set; }
    }

    public IReadOnlyCollection<Request> Requests => _requests.Values;

    public LineFaults Faults { get; } = new();

    public List<ReadProblem> Problems { get; } = [];

    /// <param name="configDirs">Where the transcripts are.</param>
    /// <param name="desktopDirs">The same for those of Claude Desktop's agent mode.</param>
    public static LocalRequests Read(IEnumerable<string> configDirs, IEnumerable<string> desktopDirs)
    {
        var all = new LocalRequests();
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (dir, desktop) in configDirs.Select(dir => (dir, false)).Concat(desktopDirs.Select(dir => (dir, true))))
        {
            var projects = Path.GetFullPath(Path.Combine(dir, "projects"));
            foreach (var (path, session) in Directory.Exists(projects) ? SessionListing.FilesOf(projects, listed) : [])
            {
                all.Cut(new LocalFile(path, session, desktop));
            }
        }

        all._requests.EnsureCapacity((int)Math.Min(all._pieces.Sum(piece => piece.End - piece.Start) / BytesPerRequest, 10_000_000));
        InParallel(all._pieces, () => new Reader(all, RequestKeys.ForTotals), (reader, piece) => reader.ReadPiece(piece));
        LocalFile[] incomplete = [.. all._pieces.Select(piece => piece.File).Where(file => file.IsIncomplete).Distinct()];
        InParallel(incomplete, () => new Reader(all, RequestKeys.ForTotals, followsParents: true), (reader, file) => reader.ReadIncomplete(file));
        return all;
    }

    private static void InParallel<TItem, TReader>(IReadOnlyList<TItem> items, Func<TReader> create, Action<TReader, TItem> read)
    {
        var next = -1;
        void Work()
        {
            var reader = create();
            while (Interlocked.Increment(ref next) is var index && index < items.Count)
            {
                read(reader, items[index]);
            }
        }

        var others = new Thread[Math.Max(0, Math.Min(Environment.ProcessorCount, items.Count) - 1)];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(Work);
            others[i].Start();
        }

        if (items.Count > 0)
        {
            Work();
        }

        foreach (var other in others)
        {
            other.Join();
        }
    }

    private void Cut(LocalFile file)
    {
        var length = TranscriptFile.Look(file.Path)?.Length ?? 0;
        for (long start = 0; start < length; start += PieceBytes)
        {
            _pieces.Add(new Piece(file, start, Math.Min(start + PieceBytes, length)));
        }
    }

    private void Add(List<Request> found, LineFaults faults)
    {
        lock (_gate)
        {
            Faults.Add(faults);
            foreach (ref readonly var request in CollectionsMarshal.AsSpan(found))
            {
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_requests, request.Key, out var exists);
                if (exists)
                {
                    known.Merge(request);
                }
                else
                {
                    known = request;
                }
            }
        }
    }

    private void Fail(LocalFile file, string reason)
    {
        lock (_gate)
        {
            if (!file.IsUnread)
            {
                file.IsUnread = true;
                Problems.Add(new ReadProblem(file.Path, reason));
            }
        }
    }

    /// <summary>Reads on one thread.</summary>
    private sealed class Reader(LocalRequests all, RequestKeys keys, bool followsParents = false)
    {
        private readonly LineReader _lines = new();
        private readonly RowParser _parser = new(keys, followsParents);
        private readonly List<Request> _found = [];
        private LineFaults _faults = new();
        private LocalFile _file = null!;

        // Of the file so far, if parents are followed.
        private ParentChain _chain = new();
        private long _lastMs;

        public void ReadPiece(Piece piece)
        {
            _file = piece.File;
            Read(piece.Start, piece.End);
        }

        public void ReadIncomplete(LocalFile file)
        {
            _file = file;
            _chain = new ParentChain();
            _lastMs = 0;
            Read(0, long.MaxValue);
        }

        private void Read(long start, long end)
        {
            _found.Clear();
            _faults = new LineFaults();
            try
            {
                ReadLines(start, end);
            }
            catch (IOException problem)
            {
                all.Fail(_file, problem.Message);
            }

            all.Add(_found, _faults);
        }

        private void ReadLines(long start, long end)
        {
            using var file = TranscriptFile.Open(_file.Path, out var reason);
            if (file is null)
            {
                all.Fail(_file, reason);
                return;
            }

            if (start == 0)
            {
                _lines.Open(file, 0, end);
            }
            else
            {
                _lines.OpenAmid(file, start, end);
            }

            while (_lines.TryRead(out var line))
            {
                AddLine(line);
            }

            // There is no later look: what is at the end is all there is.
            if (_lines.TryReadTail(out var tail))
            {
                AddLine(tail);
            }

            if (!followsParents)
            {
                _faults.Add(LineFault.TooLong, _lines.TooLong);
            }
        }

        private void AddLine(ReadOnlySpan<byte> line)
        {
            line = _parser.Parse(line, out var row);
            Add(row);
            while (!line.IsEmpty)
            {
                line = _parser.ParseNext(line, out row);
                Add(row);
            }
        }

        private void Add(in TranscriptRow row)
        {
            if (followsParents)
            {
                Follow(row);
                return;
            }

            _faults.Add(row.Fault);
            if (row.Kind != RowKind.Message)
            {
                return;
            }

            if (row.Key == 0 || row.AtMs == 0)
            {
                _file.IsIncomplete = true;
                return;
            }

            Add(row, row.Key, row.AtMs);
        }

        /// <summary>Takes what the first reading left.</summary>
        private void Follow(in TranscriptRow row)
        {
            _lastMs = row.AtMs > 0 ? row.AtMs : _lastMs;
            if (row.Kind != RowKind.Message || (row.Key != 0 && row.AtMs > 0))
            {
                _chain.Pass(row);
                return;
            }

            var key = row.Key;
            if (key == 0)
            {
                key = _chain.KeyOf(row, keys);
            }
            else
            {
                _chain.Pass(row);
            }

            if (_lastMs == 0)
            {
                _faults.Add(LineFault.NoTime);
                return;
            }

            Add(row, key, _lastMs);
        }

        private void Add(in TranscriptRow row, long key, long atMs)
        {
            var request = Request.Of(row, key, atMs, _file.Session);
            request.Desktop = _file.Desktop;
            Add(request);
            foreach (var step in row.Usage.Advisors ?? [])
            {
                Add(request.Advisor(step, keys.OfAdvisor(key, step.Step)));
            }
        }

        /// <summary>The rows of a message mostly stand together.</summary>
        private void Add(in Request request)
        {
            var found = CollectionsMarshal.AsSpan(_found);
            if (found.Length > 0 && found[^1].Key == request.Key)
            {
                found[^1].Merge(request);
            }
            else
            {
                _found.Add(request);
            }
        }
    }
}
