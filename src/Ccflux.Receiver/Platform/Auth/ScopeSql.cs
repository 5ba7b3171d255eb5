namespace Ccflux.Receiver.Platform.Auth;

/// <summary>The condition that limits a statement to a data scope. <see cref="DataScope.With"/> gives its values.</summary>
internal static class ScopeSql
{
    /// <summary>For a statement whose <c>u</c> is the table <c>users</c>. Rows without a user are within the scope of everybody only.</summary>
    public const string OfUser = "(@scope_all = 1 OR u.user_id = @scope_user OR u.division = ANY(@scope_divisions))";
}
