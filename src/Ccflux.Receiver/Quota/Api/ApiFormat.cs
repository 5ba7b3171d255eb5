namespace Ccflux.Receiver.Quota.Api;

/// <summary>JSON or CSV, by <c>?format=</c> or by <c>Accept</c>.</summary>
internal static class ApiFormat
{
    /// <returns>False where neither was asked for by name.</returns>
    public static bool TryRead(HttpRequest request, out bool csv)
    {
        var format = request.Query["format"].ToString();
        csv = format switch
        {
            "csv" => true,
            "" => request.Headers.Accept.ToString().Contains("text/csv", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
        return format is "" or "csv" or "json";
    }
}
