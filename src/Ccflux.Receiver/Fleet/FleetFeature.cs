using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Api;
using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Fleet.Pages;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Sources;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Fleet;

/// <summary>Registers and maps the fleet. Without FLEET=1 none of it exists: no route, no key ring, no loop.</summary>
internal static class FleetFeature
{
    /// <summary>The live topic that pages subscribe to.</summary>
    public const string Topic = "fleet";

    /// <param name="services">The services.</param>
    /// <param name="configuration">Decides whether the fleet is registered at all.</param>
    public static IServiceCollection AddFleet(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<FleetOptions>();
        services.AddSettingsCheck(reader => reader.Read<FleetOptions>().Faults(reader.Read<DatabaseOptions>().Path, reader.Read<QuotaOptions>().AllowTestUpstreams));
        var isOn = new SettingsReader(configuration).Read<FleetOptions>().Enabled;
        services.AddNetwork(isOn);
        services.AddMonitors(isOn);
        // A restore keeps revocations even while the fleet is off.
        services.AddSingleton(new Revocations("agents", "fleet_agents", FleetRevocationsSql.SelectAgents, FleetRevocationsSql.RevokeAgents, FleetRevocationsSql.SelectUnknownAgents));
        services.AddSingleton(new Revocations("grants", "fleet_grants", FleetRevocationsSql.SelectGrants, FleetRevocationsSql.RevokeGrants, null));
        services.AddSingleton(new Revocations("enrolment codes", "fleet_codes", FleetRevocationsSql.SelectCodes, FleetRevocationsSql.RevokeCodes, null));
        services.AddSingleton(new Revocations("logins in the vault", "fleet_accounts", null, null, FleetRevocationsSql.SelectUnknownAccounts));
        if (!isOn)
        {
            services.TryAddSingleton<ISessionLimitHits, NoSessionLimitHits>();
            return services;
        }

        services.AddSingleton(new LiveTopic(Topic, AdminPolicies.Reader));
        services.AddSingleton<FleetMetrics>();
        services.AddSingleton<FleetAudit>();
        services.AddSingleton<FleetRefusals>();
        services.AddVault();
        services.AddAgents();
        services.AddSessions();
        services.AddRotation();
        services.AddHostedService<FleetHousekeeping>();
        services.AddFleetPages();
        return services;
    }

    public static void MapFleet(this IEndpointRouteBuilder endpoints)
    {
        if (!endpoints.ServiceProvider.GetRequiredService<FleetOptions>().Enabled)
        {
            return;
        }

        endpoints.MapPost(Routes.AgentEnrol, (HttpContext context, AgentEndpoints agents) => agents.EnrolAsync(context)).AllowAnonymous().WithTags("Fleet")
            .WithSummary("Registers an agent's keys in exchange for a one-time code. Signed with the key in the request.").TakesJson(FleetJson.Default.EnrolRequest, BodyExamples.Enrol);
        endpoints.MapPost(Routes.Heartbeat, (HttpContext context, HeartbeatEndpoint heartbeats) => heartbeats.PostAsync(context)).AllowAnonymous().WithTags("Fleet")
            .WithSummary("Reports one config dir and its live sessions. Signed with the agent's key.").TakesJson(FleetJson.Default.Heartbeat, BodyExamples.Heartbeat);
        endpoints.MapPost(Routes.AgentCredential, (HttpContext context, AgentEndpoints agents) => agents.CredentialAsync(context)).AllowAnonymous().WithTags("Fleet")
            .WithSummary("Returns a login to the vault, sealed to the receiver. Signed with the agent's key.").TakesJson(FleetJson.Default.ReturnedLogin, BodyExamples.Credential);
        endpoints.MapFleetPages();
        endpoints.MapFleetApi();
    }

    private static void AddVault(this IServiceCollection services)
    {
        services.AddSingleton<VaultProtection>();
        services.AddSingleton<VaultStore>();
        services.AddSingleton<ReceiverSeal>();
        services.AddSingleton<ReceiverSigning>();
        services.AddSingleton<Issuer>();
        services.AddSingleton<RefreshJournal>();
        services.AddSingleton<LoginCheck>();
        services.AddSingleton<AccountImport>();
        services.AddSingleton<AccountEdit>();
        services.AddSingleton<KeyRotation>();
        services.AddSingleton<TokenRefresh>();
        services.AddSingleton<RestoreWatch>();
        services.AddSingleton<RefreshLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<RefreshLoop>());
        services.AddSingleton<IQuotaTargets, VaultQuotaTargets>();
    }

    private static void AddAgents(this IServiceCollection services)
    {
        services.AddSingleton<AgentDirectory>();
        services.AddSingleton<AgentStore>();
        services.AddSingleton<HeartbeatSequences>();
        services.AddHostedService(provider => provider.GetRequiredService<HeartbeatSequences>());
        services.AddSingleton<AgentGate>();
        services.AddSingleton<AgentPresenceWriter>();
        services.AddSingleton<AgentCommandQueue>();
        services.AddSingleton<Enrolment>();
        services.AddSingleton<ReturnedLoginIntake>();
        services.AddSingleton<AgentEndpoints>();
    }

    private static void AddRotation(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<FleetOptions>().Rotation);
        services.AddSingleton<RotationControls>();
        services.AddSingleton<RotationEvents>();
        services.AddSingleton<AccountWindows>();
        services.AddSingleton<LimitHitRecorder>();
        services.AddSingleton<ISessionLimitHits>(provider => provider.GetRequiredService<LimitHitRecorder>());
        services.AddSingleton<FleetStateReader>();
        services.AddSingleton<RotationEngine>();
        services.AddHostedService(provider => provider.GetRequiredService<RotationEngine>());
    }

    private static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<RotationWakeSignal>();
        services.AddSingleton<LiveSessions>();
        services.AddSingleton<FullLoginReissue>();
        services.AddSingleton<HeartbeatEndpoint>();
        services.AddHostedService<SessionSweep>();
    }
}
