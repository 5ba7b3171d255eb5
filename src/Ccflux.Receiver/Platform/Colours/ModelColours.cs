using Ccflux.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Platform.Colours;

/// <summary>Which colour a model has in every chart and table, whatever brought it here. The first six that are seen get one for good; later ones
/// share the grey.</summary>
internal static class ModelColours
{
    /// <summary>Grey: of a model without a colour of its own, and of "other".</summary>
    public const int Grey = 0;

    /// <summary>Series tokens by place. 5 and 7 are what charts without models are drawn in.</summary>
    private static readonly int[] s_tokens = [1, 2, 3, 4, 6, 8];

    /// <summary>Gives a model its colour, if any is left. To be called in the transaction that stores its name.</summary>
    public static void Claim(SqlConnection connection, string model) => connection.Execute(ModelColoursSql.Insert, model);

    /// <summary>Numbers of series tokens by model; a model that is not there is <see cref="Grey"/>.</summary>
    public static IReadOnlyDictionary<string, int> Read(SqliteConnection connection) => connection.Query<(string Name, int Place)>(ModelColoursSql.Select)
        .ToDictionary(row => row.Name, row => row.Place < s_tokens.Length ? s_tokens[row.Place] : Grey, StringComparer.Ordinal);
}
