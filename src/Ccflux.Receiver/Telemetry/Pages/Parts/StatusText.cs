namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>Explains the status of a failed request.</summary>
internal static class StatusText
{
    /// <param name="status">A status, "none" if no answer came, or empty.</param>
    public static string Of(string status) => status switch
    {
        "" => "without a status",
        "none" => "no answer (connection)",
        "400" => "400 bad request",
        "401" => "401 not signed in",
        "403" => "403 not allowed",
        "404" => "404 not found",
        "408" => "408 time-out",
        "413" => "413 request too large",
        "429" => "429 rate limit",
        "500" => "500 server error",
        "502" => "502 bad gateway",
        "503" => "503 unavailable",
        "504" => "504 gateway time-out",
        "529" => "529 overloaded",
        _ => status,
    };
}
