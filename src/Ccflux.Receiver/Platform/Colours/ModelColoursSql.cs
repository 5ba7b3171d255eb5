namespace Ccflux.Receiver.Platform.Colours;

/// <summary>SQL of the colours of models.</summary>
internal static class ModelColoursSql
{
    /// <summary>Parameter: the model's name. Nothing where it has a place, or all are taken.</summary>
    public const string Insert = """
        INSERT OR IGNORE INTO model_colours (name, place)
        SELECT ?, taken FROM (SELECT count(*) AS taken FROM model_colours) WHERE taken < 6
        """;

    public const string Select = """
        SELECT name, place FROM model_colours
        """;
}
