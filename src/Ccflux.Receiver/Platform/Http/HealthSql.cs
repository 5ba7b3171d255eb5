namespace Ccflux.Receiver.Platform.Http;

/// <summary>SQL for the health check: cheap, and fails if the schema is missing.</summary>
internal static class HealthSql
{
    public const string Probe = "SELECT count(*) FROM store";
}
