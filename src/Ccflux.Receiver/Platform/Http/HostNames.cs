using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Normalises names in a <c>Host</c> header for comparison: without a trailing dot, without the brackets of IPv6, case-insensitive.</summary>
internal static class HostNames
{
    public static string Bare(string host) => host.Trim('[', ']').TrimEnd('.');

    /// <summary><c>localhost</c>, a name below it, or a loopback address. Browsers resolve these without a DNS query.</summary>
    public static bool IsLoopback(string host)
    {
        var name = Bare(host);
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>An IP address instead of a name: nobody can make it resolve to something else.</summary>
    public static bool IsAddress(string host) => IPAddress.TryParse(Bare(host), out _);
}

/// <summary>Host names separated by commas; <c>*.</c> before a name allows every name below it, and <c>*</c> alone allows all.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HostListAttribute : ValidationAttribute
{
    private const int MaxName = 253;

    public static string[] Parse(string? text) => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        Parse((string?)value).All(IsName)
            ? ValidationResult.Success
            : new ValidationResult($"expected host names without scheme and port, separated by commas (ccflux.example.org, *.example.org), got \"{value}\".");

    private static bool IsName(string name) =>
        name is "*" || (name.Length <= MaxName && Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) != UriHostNameType.Unknown);
}
