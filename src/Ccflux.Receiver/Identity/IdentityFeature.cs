using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Metrics;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Identity;

/// <summary>Registers and maps identity: the users who report, their tokens, devices and signatures.</summary>
internal static class IdentityFeature
{
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.AddSettings<IdentityOptions>();
        services.AddSingleton<RequestSignatures>();
        services.AddSingleton<PlaintextResidue>();
        services.AddSingleton<AccessTokenStore>();
        services.AddSingleton<AccessTokenGate>();
        services.AddSingleton<TokenExchange>();
        services.AddSingleton<DeviceDirectory>();
        services.AddSingleton<DeviceKeys>();
        services.AddSingleton<UserAdministration>();
        services.AddErasure();
        services.AddMeters<IdentityMetrics>();
        services.AddMeters<ActiveTokensGauge>();
        services.AddSingleton<IBeforeScrape>(provider => provider.GetRequiredService<ActiveTokensGauge>());
        services.AddSingleton<IdentityEndpoints>();
        services.AddHostedService<ManualTokenHasher>();
        services.AddIdentityPages();
        services.AddSingleton(new Revocations("refresh tokens", "refresh_tokens", RevocationsSql.SelectTokens, RevocationsSql.RevokeTokens, RevocationsSql.SelectUnknownTokens)
        {
            OnRestore = (session, now) =>
            {
                session.Execute(RevocationsSql.EndAccessTokens);
                ManualTokenHasher.TakeUp(session, now);
            },
            SelectMissing = RevocationsSql.SelectWithoutToken,
        });
        services.AddSingleton(new Revocations("devices", "devices", RevocationsSql.SelectDevices, RevocationsSql.RevokeDevices, RevocationsSql.SelectUnknownDevices));
        return services;
    }

    private static void AddErasure(this IServiceCollection services)
    {
        services.AddSingleton<IPersonalData, AccountData>();
        services.AddSingleton<IAccessCache>(provider => provider.GetRequiredService<AccessTokenStore>());
        services.AddSingleton<IAccessCache>(provider => provider.GetRequiredService<DeviceDirectory>());
        services.AddSingleton<ErasureSteps>();
        services.AddSingleton<ErasureWakeSignal>();
        services.AddSingleton<Erasures>();
        services.AddHostedService<ErasureJob>();
        services.AddSingleton<ErasureCarryOver>();
        services.AddSingleton(provider => new Revocations("erased people", "erasures", null, null, null)
        {
            Carry = ErasureCarryOver.Copy,
            Settle = provider.GetRequiredService<ErasureCarryOver>().CarryOut,
        });
    }

    public static void MapIdentity(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapIdentityPages();
        endpoints.MapPost(Routes.Token, (HttpContext context, IdentityEndpoints identity) => identity.TokenAsync(context)).AllowOwnTokens().WithTags("Identity")
            .WithSummary("Exchanges a refresh token, sent as the bearer, for an access token. Takes no body.");
        endpoints.MapPost(Routes.RegisterKey, (HttpContext context, IdentityEndpoints identity) => identity.RegisterKeyAsync(context)).AllowOwnTokens().WithTags("Identity")
            .WithSummary("Registers a device's key. Bearer: an access token. Signed with that key.")
            .TakesJson(AuthJson.Default.RegisterKeyRequest, new RegisterKeyRequest { PublicKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", DeviceId = "build-1" });
    }
}
