namespace Ccflux.Contracts.Http;

/// <summary>Paths of the client API, relative to the receiver's base URL.</summary>
public static class Routes
{
    public const string Token = "/token";
    public const string RegisterKey = "/register-key";
    public const string Report = "/report";
    public const string QuotaReadings = "/quota/readings";
    public const string Heartbeat = "/heartbeat";
    public const string AgentEnrol = "/agent/enrol";
    public const string AgentCredential = "/agent/credential";
}
