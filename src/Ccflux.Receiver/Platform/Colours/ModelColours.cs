using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Colours;

/// <summary>Assigns each model the same colour in every chart and table, wherever it was first seen. The first six models get one permanently; later ones
/// share the grey.</summary>
internal static class ModelColours
{
    /// <summary>Grey, for models without their own colour and for "other".</summary>
    public const int Grey = 0;

    /// <summary>Series tokens by place. 5 and 7 are used by charts without models.</summary>
    private static readonly int[] s_tokens = [1, 2, 3, 4, 6, 8];

    /// <summary>Gives a model a colour, if any is left. Must be called in the transaction that stores its name.</summary>
    public static void Claim(WriteSession session, string model) => session.Execute(ModelColoursSql.Insert, ("name", model));

    /// <summary>Numbers of series tokens by model; a model that is missing is <see cref="Grey"/>.</summary>
    public static IReadOnlyDictionary<string, int> Read(SqlSession session) => session.List(ModelColoursSql.Select, static rows => (Name: rows.Text(0), Place: rows.Int32(1)))
        .ToDictionary(row => row.Name, row => row.Place < s_tokens.Length ? s_tokens[row.Place] : Grey, StringComparer.Ordinal);
}
