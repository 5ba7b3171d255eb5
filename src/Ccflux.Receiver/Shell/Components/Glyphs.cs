namespace Ccflux.Receiver.Shell.Components;

/// <summary>The pages' drawings: outline icons on a grid of 16, and the shapes of a status on a grid of 12.</summary>
internal static class Glyphs
{
    private const string Circle = """<circle cx="8" cy="8" r="6.2"/>""";

    /// <summary>Inner markup of an icon; each is a constant in this file, so it needs no encoding.</summary>
    public static string Icon(string name) => name switch
    {
        "fold" => """<path d="M6 3.5L10.5 8 6 12.5"/>""",
        "down" => """<path d="M3.5 6L8 10.5 12.5 6"/>""",
        "info" => Circle + """<path d="M8 7.4v3.4M8 5.1v.1"/>""",
        "chart" => """<path d="M2.5 13.5h11M4.5 11V8M8 11V4M11.5 11V6.5"/>""",
        "table" => """<path d="M2.5 3.5h11v9h-11zM2.5 6.7h11M6.5 6.7v5.8"/>""",
        "more" => """<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2"/>""",
        "download" => """<path d="M8 2.5v7.5M4.8 7L8 10.2 11.2 7M2.8 13.5h10.4"/>""",
        "link" => """<path d="M9.5 3.5h3v3M12.5 3.5L7 9M11 9.5v3H3.5V5h3"/>""",
        "search" => """<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14"/>""",
        "plus" => """<path d="M8 3v10M3 8h10"/>""",
        "copy" => """<path d="M5.5 5.5h7.5v8H5.5zM3 10.5v-8h7.5"/>""",
        "close" => """<path d="M4 4l8 8M12 4l-8 8"/>""",
        "out" => """<path d="M6 2.5H3.5v11H6M10.5 5l3 3-3 3M13.5 8H6.5"/>""",
        "moon" => """<path d="M13.2 9.8A5.6 5.6 0 0 1 6.2 2.8 5.6 5.6 0 1 0 13.2 9.8z"/>""",
        "sun" => """<circle cx="8" cy="8" r="3"/><path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"/>""",
        "inbox" => """<path d="M2 9.5l2-6h8l2 6v3.5H2zM2 9.5h3.5l1 1.8h3l1-1.8H14"/>""",
        "filter" => """<path d="M2.5 3.5h11L9.3 8.6v4.2l-2.6-1.3V8.6z"/>""",
        "lock" => """<path d="M3.5 7h9v6.5h-9zM5.3 7V5a2.7 2.7 0 0 1 5.4 0v2"/>""",
        "reload" => """<path d="M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.8v3h-3"/>""",
        "bad" => """<path d="M5.4 1.9h5.2l3.5 3.5v5.2l-3.5 3.5H5.4l-3.5-3.5V5.4zM8 5v3.7M8 10.9v.1"/>""",
        "warn" => """<path d="M8 2.2L14.3 13.3H1.7zM8 6.4v3M8 11.2v.1"/>""",
        "good" => Circle + """<path d="M5.2 8.1l2 2 3.6-4.2"/>""",
        "none" => """<circle cx="8" cy="8" r="6.2" stroke-dasharray="3 2.6"/>""",
        _ => Circle,
    };

    /// <summary>The shape of a status, so that colour is never the only cue.</summary>
    public static string Shape(Tone tone) => tone switch
    {
        Tone.Good => """<circle cx="6" cy="6" r="5"/><path d="M3.8 6.1l1.6 1.6 2.8-3.2"/>""",
        Tone.Warn => """<path d="M6 1.3L11.2 10.5H.8zM6 4.8v2.4M6 8.8v.05"/>""",
        Tone.Bad => """<path d="M3.9 1h4.2L11 3.9v4.2L8.1 11H3.9L1 8.1V3.9zM4.4 4.4l3.2 3.2M7.6 4.4L4.4 7.6"/>""",
        Tone.None => """<circle cx="6" cy="6" r="4.6" stroke-dasharray="2.2 2"/>""",
        Tone.Info => """<circle cx="6" cy="6" r="4.6"/>""",
    };

    public static string Class(Tone tone) => tone switch
    {
        Tone.Good => "good",
        Tone.Warn => "warn",
        Tone.Bad => "bad",
        Tone.None => "none",
        Tone.Info => "info",
    };
}
