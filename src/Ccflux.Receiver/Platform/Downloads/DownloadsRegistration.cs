using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;
using Microsoft.Net.Http.Headers;

namespace Ccflux.Receiver.Platform.Downloads;

/// <summary>Registers and maps <c>GET /download/{name}</c>: a client program, whole or in ranges. Public, because users who install it cannot sign in.
/// Shell renders the page that lists them.</summary>
internal static class DownloadsRegistration
{
    public const string Path = "/download";

    public static void AddDownloads(this IServiceCollection services)
    {
        services.AddSettings<DownloadOptions>();
        services.AddSingleton<ClientPrograms>();
    }

    public static void MapDownloads(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Path + "/{name}", Serve).AllowAnonymous().LimitPagesByAddress().ExcludeFromDescription();

    private static IResult Serve(string name, HttpContext context, ClientPrograms programs)
    {
        if (programs.Find(name) is not { } program)
        {
            return Refusals.NotFound($"This receiver has no such program; {Path} lists the available ones.");
        }

        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(program.Sha256)}:";
        return Results.File(
            program.Path, "application/octet-stream", program.Name, program.ModifiedAt, new EntityTagHeaderValue($"\"{program.Sha256Hex}\""), enableRangeProcessing: true);
    }
}
