using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>An IP address and port, such as <c>127.0.0.1:8080</c>, <c>[::]:8080</c>, <c>localhost:8080</c> or <c>:8080</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListenAddressAttribute : ValidationAttribute
{
    public static IPEndPoint? Parse(string text)
    {
        var named = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text["localhost".Length..] : text;
        named = named.StartsWith(':') ? "0.0.0.0" + named : named;
        return IPEndPoint.TryParse(named, out var address) && named.EndsWith($":{address.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal) ? address : null;
    }

    /// <summary>Whether another program is listening there.</summary>
    public static bool IsTaken(IPEndPoint address)
    {
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(address);
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
        catch (SocketException)
        {
            return false; // the actual listener will report what is wrong
        }
    }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null or "" || Parse((string)value) is not null
            ? ValidationResult.Success
            : new ValidationResult($"expected an IP address and a port such as 127.0.0.1:8080, got \"{value}\".");
}

/// <summary>IP addresses and networks separated by commas.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ProxyListAttribute : ValidationAttribute
{
    public static IEnumerable<IPNetwork?> Parse(string text)
    {
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            yield return IPNetwork.TryParse(item, out var network) ? network
                : IPAddress.TryParse(item, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
                : null;
        }
    }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null || Parse((string)value).All(network => network is not null)
            ? ValidationResult.Success
            : new ValidationResult($"expected IP addresses or networks separated by commas, got \"{value}\".");
}

/// <summary>An absolute http or https URL without a query.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BaseAddressAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null || (Uri.TryCreate((string)value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query.Length == 0)
            ? ValidationResult.Success
            : new ValidationResult($"expected a URL such as https://ccflux.example.org, got \"{value}\".");
}
