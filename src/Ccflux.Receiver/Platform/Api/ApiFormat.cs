namespace Ccflux.Receiver.Platform.Api;

/// <summary>Chooses JSON or CSV, by <c>?format=</c> or by <c>Accept</c>.</summary>
internal static class ApiFormat
{
    public const string Field = "format";
    public const string Fault = "must be json or csv";

    /// <returns>False if the query string names another format.</returns>
    public static bool TryRead(HttpRequest request, out bool csv)
    {
        var format = request.Query[Field] is { Count: > 0 } formats ? formats[^1] : null;
        csv = format switch
        {
            "csv" => true,
            null or "" => request.Headers.Accept.ToString().Contains("text/csv", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
        return format is null or "" or "csv" or "json";
    }
}
