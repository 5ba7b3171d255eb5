using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>Runs statements that delete a limited number of rows each, until that many rows are deleted.</summary>
internal static class Deletions
{
    /// <param name="session">The writer's.</param>
    /// <param name="statements">Each with the parameter <c>@limit</c>, and one that says whose rows.</param>
    /// <param name="whose">That parameter.</param>
    /// <param name="rows">How many rows may be deleted.</param>
    /// <returns>How many were deleted.</returns>
    public static int Run(WriteSession session, IReadOnlyList<string> statements, SqlParameter whose, int rows)
    {
        var left = rows;
        foreach (var statement in statements)
        {
            if (left <= 0)
            {
                break;
            }

            left -= session.Execute(statement, whose, ("limit", left));
        }

        return rows - left;
    }
}
