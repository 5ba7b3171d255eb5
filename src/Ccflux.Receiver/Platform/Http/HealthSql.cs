namespace Ccflux.Receiver.Platform.Http;

/// <summary>SQL of the health check: cheap, and false where the schema is not there.</summary>
internal static class HealthSql
{
    public const string Probe = "SELECT count(*) FROM store";
}
