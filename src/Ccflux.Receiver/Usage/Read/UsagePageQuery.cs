using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Reads <c>/admin/</c> in one snapshot.</summary>
internal sealed class UsagePageQuery
{
    public Task<UsagePageView> ReadAsync(UsagePageRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
