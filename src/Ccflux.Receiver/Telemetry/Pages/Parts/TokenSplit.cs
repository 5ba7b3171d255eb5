namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>What the chart of tokens is split by.</summary>
public enum TokenSplit
{
    Type = 1,
    Model,
    User,
}

/// <summary>The split in the query string: <c>tokens=model</c>.</summary>
internal static class TokenSplits
{
    public const string Field = "tokens";

    public static IReadOnlyList<(TokenSplit Split, string Key, string Label)> All { get; } =
        [(TokenSplit.Type, "type", "Type"), (TokenSplit.Model, "model", "Model"), (TokenSplit.User, "user", "User")];

    /// <summary>The table of the API with the same figures.</summary>
    public static string Table(TokenSplit split) => split switch
    {
        TokenSplit.Type => "timeline",
        TokenSplit.Model => "timeline-models",
        TokenSplit.User => "timeline-users",
    };

    public static TokenSplit Parse(IQueryCollection query, ICollection<string> faults)
    {
        if (query[Field].ToString() is not { Length: > 0 } text)
        {
            return TokenSplit.Type;
        }

        var known = All.FirstOrDefault(choice => string.Equals(choice.Key, text, StringComparison.Ordinal));
        if (known.Key is null)
        {
            faults.Add($"{Field}: must be type, model or user");
            return TokenSplit.Type;
        }

        return known.Split;
    }
}
