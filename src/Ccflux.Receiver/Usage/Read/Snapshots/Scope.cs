using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A filter with its names resolved against the database, within the reader's data scope.</summary>
/// <param name="Filter">The filter without unknown names.</param>
/// <param name="Users">Ids of the users that count, or null for all: then the reader may see everybody.</param>
/// <param name="Model">The model that counts, or null for all.</param>
internal sealed record Scope(UsageFilter Filter, HashSet<int>? Users, int? Model)
{
    public bool Holds(int user) => Users is null || Users.Contains(user);

    /// <summary>Resolves the filter. An unknown name is dropped and adds a fault; so is the name of a user or a division outside the data scope.</summary>
    public static Scope Resolve(UsageFilter filter, UsageSnapshot snapshot, ICollection<FilterFault> faults)
    {
        var users = snapshot.Readable;
        int? model = null;
        if (filter.User is { } email)
        {
            var named = Ids(snapshot, user => string.Equals(user.Email, email, StringComparison.Ordinal));
            if (named.Count == 0)
            {
                faults.Add(new FilterFault("user", "is unknown"));
                filter = filter with { User = null };
            }
            else
            {
                users = named;
            }
        }

        if (filter.Division is { } division)
        {
            var name = division is UsageFilter.NoDivision ? "" : division;
            var members = Ids(snapshot, user => string.Equals(user.Division, name, StringComparison.Ordinal));
            if (members.Count == 0 && name.Length > 0)
            {
                faults.Add(new FilterFault("division", "is unknown"));
                filter = filter with { Division = null };
            }
            else
            {
                users = users is null ? members : [.. users.Intersect(members)];
            }
        }

        if (filter.Model is { } modelName)
        {
            model = (int?)snapshot.Models.Values.FirstOrDefault(known => string.Equals(known.Name, modelName, StringComparison.Ordinal))?.Id;
            if (model is null)
            {
                faults.Add(new FilterFault("model", "is unknown"));
                filter = filter with { Model = null };
            }
        }

        return new Scope(filter, users, model);
    }

    private static HashSet<int> Ids(UsageSnapshot snapshot, Func<UserFacts, bool> matches) =>
        [.. snapshot.Users.Values.Where(matches).Select(user => (int)user.Id)];
}
