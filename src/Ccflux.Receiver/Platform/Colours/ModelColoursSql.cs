namespace Ccflux.Receiver.Platform.Colours;

/// <summary>SQL for the colours of models.</summary>
internal static class ModelColoursSql
{
    /// <summary>Gives a model the next place. Inserts nothing if it already has a place, or all places are taken.</summary>
    public const string Insert = """
        INSERT INTO model_colours (name, place)
        SELECT @name, taken FROM (SELECT count(*) AS taken FROM model_colours) AS counted WHERE taken < 6
        ON CONFLICT DO NOTHING
        """;

    public const string Select = """
        SELECT name, place FROM model_colours
        """;
}
