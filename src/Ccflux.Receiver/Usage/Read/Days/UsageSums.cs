using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Sums of requests by user and model, priced class by class.</summary>
internal sealed class UsageSums
{
    private readonly Dictionary<(int User, int Model), Sum> _sums = [];

    [StructLayout(LayoutKind.Auto)]
    private struct Sum
    {
        public RequestSums Requests;
        public decimal Usd;
        public string? Unpriced;
    }

    /// <summary>False if a price changed within the period of the sums, so that they cannot be priced as a whole.</summary>
    public bool IsSteady { get; set; } = true;

    /// <param name="user">0 for all users together.</param>
    /// <param name="model">Its id.</param>
    /// <param name="requests">Of one price class.</param>
    /// <param name="usd">Null if the model has no price.</param>
    /// <param name="name">The model's name.</param>
    public void Add(int user, int model, in RequestSums requests, decimal? usd, string name)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (user, model), out _);
        sum.Requests.Add(requests);
        sum.Usd += usd ?? 0;
        sum.Unpriced ??= usd is null ? name : null;
    }

    /// <summary>The sums, by user and model in order, with how many events they are.</summary>
    public UsageCell[] Cells(IReadOnlyList<(int User, int Model, int Events)> events)
    {
        var counts = events.ToDictionary(count => (count.User, count.Model), count => count.Events);
        return
        [
            .. _sums.OrderBy(pair => pair.Key.User).ThenBy(pair => pair.Key.Model).Select(pair => new UsageCell(
                pair.Key.User,
                pair.Key.Model,
                counts.GetValueOrDefault(pair.Key),
                pair.Value.Requests.Requests,
                new TokenSums(pair.Value.Requests.Input, pair.Value.Requests.Output, pair.Value.Requests.CacheRead, pair.Value.Requests.CacheWrite),
                pair.Value.Usd,
                pair.Value.Unpriced)),
        ];
    }
}
