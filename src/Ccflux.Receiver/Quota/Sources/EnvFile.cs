namespace Ccflux.Receiver.Quota.Sources;

/// <summary>A <c>.env</c> file, read again when it has changed. A missing file is an empty one.</summary>
internal sealed class EnvFile(string path)
{
    private const int MaxBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private (DateTime WrittenAt, long Length) _seen;

    /// <summary>The value of a key as the file has it now; null where it does not, or has it blank.</summary>
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
            // It is being written, or may not be read: what was read before holds, and the next look tries again.
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
