using System.Text;

namespace Ccflux.Receiver.Shell;

/// <summary>The URL of the current page, and URLs that differ from it in some fields of the query string, which contains all state.</summary>
public sealed class PageLink
{
    private readonly string _path;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _fields;

    public PageLink(string path, IEnumerable<KeyValuePair<string, string>> fields)
    {
        _path = path;
        _fields = [.. fields];
    }

    public string Path => _path;

    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>The requested URL without empty fields and without those that affect only the form of the response.</summary>
    public static PageLink Of(HttpRequest request) => new(
        request.PathBase + request.Path,
        request.Query
            .Where(field => field.Key is not "export")
            .Select(field => KeyValuePair.Create(field.Key, field.Value[^1] ?? ""))
            .Where(field => field.Key.Length > 0 && field.Value.Length > 0));

    /// <summary>This URL with some fields set; null or empty removes a field.</summary>
    public string With(params ReadOnlySpan<(string Key, string? Value)> changes) => Build(_path, changes);

    /// <summary>The same query string on another path.</summary>
    public string At(string path, params ReadOnlySpan<(string Key, string? Value)> changes) => Build(path, changes);

    private string Build(string path, ReadOnlySpan<(string Key, string? Value)> changes)
    {
        var address = new StringBuilder(path);
        var separator = '?';
        foreach (var (key, value) in _fields)
        {
            if (!Contains(changes, key))
            {
                Append(address, ref separator, key, value);
            }
        }

        foreach (var (key, value) in changes)
        {
            if (!string.IsNullOrEmpty(value))
            {
                Append(address, ref separator, key, value);
            }
        }

        return address.ToString();
    }

    private static bool Contains(ReadOnlySpan<(string Key, string? Value)> changes, string key)
    {
        foreach (var change in changes)
        {
            if (string.Equals(change.Key, key, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static void Append(StringBuilder address, ref char separator, string key, string value)
    {
        address.Append(separator).Append(Uri.EscapeDataString(key)).Append('=').Append(Uri.EscapeDataString(value));
        separator = '&';
    }
}
