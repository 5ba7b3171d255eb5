using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Reads <c>/admin/users/{email}</c> in one snapshot.</summary>
internal sealed class UserPageQuery
{
    /// <returns>Null when nobody has that address.</returns>
    public Task<UserPageView?> ReadAsync(UserPageRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
