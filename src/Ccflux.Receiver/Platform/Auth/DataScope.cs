using System.Collections.Frozen;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Platform.Auth;

/// <summary>
/// About whom a caller may read. Every query about people's data takes one, and nothing is read without it. What a scope leaves out does not exist
/// for its reader: asking for it by name gets the same answer as an unknown name. There are three kinds: everybody, some divisions, one user.
/// </summary>
internal abstract record DataScope
{
    /// <summary>No user has this id.</summary>
    private const long NoUser = -1;

    private DataScope()
    {
    }

    /// <summary>No restriction: also what belongs to no user, such as installations that name nobody and polled accounts.</summary>
    public static DataScope Everybody { get; } = new All();

    public static DataScope Nobody { get; } = new Divisions([]);

    public bool IsEverybody => this is All;

    /// <summary>The users of these divisions. A user without a division is in none.</summary>
    public static DataScope OfDivisions(params IEnumerable<string> names) =>
        new Divisions(names.Where(name => name.Length > 0).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>One user.</summary>
    public static DataScope OfUser(long userId) => new Self(userId);

    /// <summary>Whether a user's data may be read.</summary>
    /// <param name="userId">Its id.</param>
    /// <param name="division">Its division; empty if it has none.</param>
    public abstract bool Contains(long userId, string division);

    /// <summary>Values for a statement with the condition of <see cref="ScopeSql"/>.</summary>
    /// <param name="more">The statement's other values.</param>
    public SqlParameter[] With(params ReadOnlySpan<SqlParameter> more) =>
    [
        ("scope_all", IsEverybody),
        ("scope_user", this is Self self ? self.UserId : NoUser),
        ("scope_divisions", this is Divisions divisions ? [.. divisions.Names] : Array.Empty<string>()),
        .. more,
    ];

    private sealed record All : DataScope
    {
        public override bool Contains(long userId, string division) => true;
    }

    private sealed record Divisions(FrozenSet<string> Names) : DataScope
    {
        public override bool Contains(long userId, string division) => Names.Contains(division);
    }

    private sealed record Self(long UserId) : DataScope
    {
        public override bool Contains(long userId, string division) => userId == UserId;
    }
}
