namespace Ccflux.Receiver.Quota.Sources;

/// <summary>Reads a <c>.env</c> file, and reads it again when it has changed. A missing file counts as empty.</summary>
internal sealed class EnvFile(string path)
{
    private const int MaxBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private (DateTime WrittenAt, long Length) _seen;

    /// <summary>The current value of a key; null if the file does not have it or leaves it blank.</summary>
    public string? this[string key]
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return _values.GetValueOrDefault(key);
            }
        }
    }

    private void Refresh()
    {
        try
        {
            var file = new FileInfo(path);
            var found = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (found == _seen)
            {
                return;
            }

            _values = found.Length is > 0 and <= MaxBytes ? Parse(File.ReadAllLines(path)) : new(StringComparer.Ordinal);
            _seen = found;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file is being written or cannot be read: the last values stay valid, and the next look tries again.
            _seen = default;
        }
    }

    private static Dictionary<string, string> Parse(IEnumerable<string> lines)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var text = line.Trim();
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || text.StartsWith('#'))
            {
                continue;
            }

            var key = text[..equals].TrimEnd();
            key = key.StartsWith("export ", StringComparison.Ordinal) ? key["export ".Length..].TrimStart() : key;
            var value = text[(equals + 1)..].Trim();
            if (value is ['"', .., '"'] or ['\'', .., '\''])
            {
                value = value[1..^1];
            }

            if (value.Length > 0)
            {
                values[key] = value;
            }
        }

        return values;
    }
}
