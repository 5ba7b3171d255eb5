using System.Text;

namespace Ccflux.Receiver.Tests.Secrets;

/// <summary>A planted secret in each form in which it could appear: plain, base64 (three alignments), URL-encoded, hexadecimal.</summary>
internal sealed class SecretForms
{
    private readonly List<(string Form, byte[] Bytes)> _forms = [];

    public SecretForms(string name, string secret)
        : this(name, Encoding.UTF8.GetBytes(secret))
    {
        Add("plain", secret);
        Add("URL", Uri.EscapeDataString(secret));
        Add("HTML", System.Net.WebUtility.HtmlEncode(secret));
    }

    public SecretForms(string name, byte[] secret)
    {
        Name = name;
        _forms.Add(("bytes", secret));
        Add("hex", Convert.ToHexString(secret));
        Add("hex", Convert.ToHexStringLower(secret));
        for (var shift = 0; shift < 3; shift++)
        {
            // The text around the secret shifts it within the groups of three; the ends, which depend on it, are cut.
            var shifted = Convert.ToBase64String([.. new byte[shift], .. secret]);
            var inner = shifted[(shift == 0 ? 0 : 4)..^4];
            Add("base64", inner);
            Add("base64url", inner.Replace('+', '-').Replace('/', '_'));
        }
    }

    public string Name { get; }

    /// <summary>The forms found in <paramref name="content"/>.</summary>
    public IEnumerable<string> FindIn(byte[] content) => _forms.Where(form => content.AsSpan().IndexOf(form.Bytes) >= 0).Select(form => $"{Name} ({form.Form})");

    private void Add(string form, string text) => _forms.Add((form, Encoding.UTF8.GetBytes(text)));
}
