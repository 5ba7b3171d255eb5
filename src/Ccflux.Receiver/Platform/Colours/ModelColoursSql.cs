namespace Ccflux.Receiver.Platform.Colours;

/// <summary>SQL for the colours of models.</summary>
internal static class ModelColoursSql
{
    /// <summary>Parameter: the model's name. Inserts nothing if it already has a place, or all places are taken.</summary>
    public const string Insert = """
        INSERT OR IGNORE INTO model_colours (name, place)
        SELECT ?, taken FROM (SELECT count(*) AS taken FROM model_colours) WHERE taken < 6
        """;

    public const string Select = """
        SELECT name, place FROM model_colours
        """;
}
