using Ccflux.Receiver.Platform.Auth;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>What the caller of a request may see of accounts.</summary>
/// <param name="Allowed">About whom: an account belongs to the user whose status line shows it, and a polled one to nobody.</param>
/// <param name="WithEmails">False for anyone who may see no more than what <c>QUOTA_PUBLIC</c> shows to everybody: labels in place of e-mail addresses.</param>
internal sealed record QuotaAudience(DataScope Allowed, bool WithEmails)
{
    public static QuotaAudience Of(HttpContext context)
    {
        var principal = Principal.Of(context);
        var isPublic = context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        return principal.Can(Permission.QuotaRead)
            ? new QuotaAudience(principal.Scope, WithEmails: true)
            : new QuotaAudience(isPublic ? DataScope.Everybody : DataScope.Nobody, WithEmails: false);
    }
}
