using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ccflux.Hook.Transcript;

/// <summary>Records which session counts a message, so that a message copied into a fork counts once on this machine: in the session that
/// claims it first. Contains hashes only.</summary>
/// <remarks>The file is <c>CCFLEDG1</c> and 24 bytes per entry: id hash, session hash, <see cref="ClaimNumber"/>, day of the row (since
/// 1970); the last entry of an id counts. New claims are appended. Entries older than 30 days, and the oldest ones above
/// <see cref="MaxEntries"/>, are removed when the file is rewritten, which happens once it is twice as long as necessary. A torn or
/// broken file loses at most what was torn.</remarks>
internal sealed class MessageClaims
{
    public const int MaxEntries = 1_000_000;
    public const int KeptDays = 30;

    private const int EntrySize = 24;
    private const long DayMs = 86_400_000;

    private readonly string? _path;
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly HashSet<ulong> _unsaved = [];
    private long _fileEntries;
    private bool _rewrite;

    private MessageClaims(string? path) => _path = path;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(ulong Owner, uint Number, int Day);

    /// <summary>Loads claims that are kept in a file; a missing or broken file counts as empty.</summary>
    public static MessageClaims Load(string path)
    {
        var claims = new MessageClaims(path);
        if (File.Exists(path))
        {
            claims.ReadEntries(File.ReadAllBytes(path));
        }

        return claims;
    }

    /// <summary>Claims of this process only.</summary>
    public static MessageClaims InMemory() => new(path: null);

    /// <summary>Writes what scans have claimed since the last call. Claims belong to a session and survive a repeated scan, so this may be
    /// called at any time after a scan, at the latest when the scan's state is committed.</summary>
    /// <exception cref="IOException">The file could not be written; the claims stay for the next call.</exception>
    public void Save(DateTimeOffset now)
    {
        if (_path is null || (_unsaved.Count == 0 && !_rewrite))
        {
            return;
        }

        if (_rewrite || _fileEntries + _unsaved.Count > Math.Min(MaxEntries, 2L * _entries.Count) + 1024)
        {
            DropOld((int)(now.ToUnixTimeMilliseconds() / DayMs));
            Rewrite();
        }
        else
        {
            Append();
        }

        _unsaved.Clear();
    }

    /// <summary>Claims an id for a session, unless another session has it.</summary>
    /// <returns>Whether the id is the session's, and the number under which the session had claimed it before, if it had.</returns>
    public Claim Take(ulong id, ulong owner, ClaimNumber number, long atMs)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, id, out var exists);
        if (exists && entry.Owner != owner)
        {
            return new Claim(IsOwn: false, Earlier: null);
        }

        var earlier = exists ? new ClaimNumber(entry.Number) : (ClaimNumber?)null;
        if (earlier != number)
        {
            entry = new Entry(owner, number.Value, (int)(atMs / DayMs));
            if (_path is not null)
            {
                _unsaved.Add(id);
            }
        }

        return new Claim(IsOwn: true, earlier);
    }

    /// <summary>The session that claimed an id; null if none has.</summary>
    public ulong? OwnerOf(ulong id) => _path is not null && _entries.TryGetValue(id, out var entry) ? entry.Owner : null;

    private static ReadOnlySpan<byte> Header => "CCFLEDG1"u8;

    private void ReadEntries(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Header))
        {
            _rewrite = true;
            return;
        }

        bytes = bytes[Header.Length..];
        _rewrite = bytes.Length % EntrySize != 0;
        _fileEntries = bytes.Length / EntrySize;
        _entries.EnsureCapacity((int)Math.Min(_fileEntries, MaxEntries));
        for (; bytes.Length >= EntrySize; bytes = bytes[EntrySize..])
        {
            _entries[BinaryPrimitives.ReadUInt64LittleEndian(bytes)] = new Entry(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]));
        }
    }

    private void DropOld(int today)
    {
        foreach (var (id, entry) in _entries)
        {
            if (entry.Day < today - KeptDays)
            {
                _entries.Remove(id);
            }
        }

        if (_entries.Count > MaxEntries)
        {
            foreach (var (id, _) in _entries.OrderBy(pair => pair.Value.Day).Take(_entries.Count - (MaxEntries / 2)).ToArray())
            {
                _entries.Remove(id);
            }
        }
    }

    private void Append()
    {
        // Until it has succeeded: a torn entry must not precede others.
        _rewrite = true;
        using var file = new FileStream(_path!, FileMode.Append, FileAccess.Write, FileShare.Read);
        if (file.Length == 0)
        {
            file.Write(Header);
        }

        foreach (var id in _unsaved)
        {
            Write(file, id, _entries[id]);
        }

        file.Flush(flushToDisk: true);
        _fileEntries += _unsaved.Count;
        _rewrite = false;
    }

    private void Rewrite()
    {
        var temporary = _path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(Header);
            foreach (var (id, entry) in _entries)
            {
                Write(file, id, entry);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path!, overwrite: true);
        _fileEntries = _entries.Count;
        _rewrite = false;
    }

    private static void Write(FileStream file, ulong id, Entry entry)
    {
        Span<byte> bytes = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, id);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], entry.Owner);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], entry.Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], entry.Day);
        file.Write(bytes);
    }
}

/// <summary>Result of a claim.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Claim(bool IsOwn, ClaimNumber? Earlier);

/// <summary>Numbers a session's claims in the order in which they occur, within one reading from the start: 8 bits for the reading, 24 for the position.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClaimNumber(uint Value)
{
    private const int PlaceBits = 24;

    public ClaimNumber(byte reading, int place)
        : this(((uint)reading << PlaceBits) | (uint)Math.Min(place, (1 << PlaceBits) - 1))
    {
    }

    public byte Reading => (byte)(Value >> PlaceBits);

    public int Place => (int)(Value & ((1 << PlaceBits) - 1));
}
