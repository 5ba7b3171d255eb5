using System.Reflection;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>A language in the repository that this receiver was built from.</summary>
internal sealed record LanguageCount(string Language, int Files, int Code, int Comments, int Blanks);

/// <summary>The lines of code, counted when the receiver was built (<c>eng/CountCodebase.cs</c>).</summary>
internal static class CodebaseTable
{
    private const string Resource = "codebase.csv";

    public static IReadOnlyList<LanguageCount> Rows { get; } = Load();

    public static LanguageCount Total { get; } = new(
        "Total", Rows.Sum(row => row.Files), Rows.Sum(row => row.Code), Rows.Sum(row => row.Comments), Rows.Sum(row => row.Blanks));

    /// <summary>Lines such as <c>C#,674,37503,2571,7529</c>.</summary>
    public static IReadOnlyList<LanguageCount> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')).Select(part => new LanguageCount(part[0], Number(part[1]), Number(part[2]), Number(part[3]), Number(part[4])))];

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static IReadOnlyList<LanguageCount> Load()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!);
        return Parse(reader.ReadToEnd());
    }
}
