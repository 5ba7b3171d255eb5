#nullable enable
using System.Text;
#if !COUNTER_ONLY
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
#endif

namespace Ccflux.Build;

#if !COUNTER_ONLY
/// <summary>Build task that writes the codebase table. Leaves the file alone if it would not change, so that it causes no recompilation.</summary>
public sealed class CountCodebase : Task
{
    [Required]
    public string Root { get; set; } = "";

    [Required]
    public string Output { get; set; } = "";

    public override bool Execute()
    {
        var table = CodebaseCounter.Table(Root);
        if (!File.Exists(Output) || File.ReadAllText(Output) != table)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
            File.WriteAllText(Output, table);
        }

        return true;
    }
}
#endif

/// <summary>
/// Counts the repository's own source by language: files, and lines that are code, only comment, or blank. The build compiles this file separately
/// (src/Ccflux.Receiver/Ccflux.Receiver.csproj), and the tests use only the counter (COUNTER_ONLY).
/// </summary>
internal static class CodebaseCounter
{
    private static readonly string[] s_folders = { "src", "web", "plugin", "plugin-fleet", "tests", "bench", "tools", "eng", "deploy", "docs" };
    private static readonly string[] s_skipped = { "obj", "bin", "node_modules", "artifacts", "dist", "fixtures", "pictures" };

    private static readonly Dictionary<string, Language> s_byExtension = new Dictionary<string, Language>(StringComparer.Ordinal)
    {
        [".cs"] = new Language("C#", "//", "/*", "*/"),
        [".razor"] = new Language("Razor", null, "@*", "*@"),
        [".ts"] = new Language("TypeScript", "//", "/*", "*/"),
        [".mjs"] = new Language("JavaScript", "//", "/*", "*/"),
        [".js"] = new Language("JavaScript", "//", "/*", "*/"),
        [".css"] = new Language("CSS", null, "/*", "*/"),
        [".sql"] = new Language("SQL", "--", "/*", "*/"),
        [".sh"] = new Language("Shell", "#", null, null),
        [".py"] = new Language("Python", "#", null, null),
        [".yml"] = new Language("YAML", "#", null, null),
        [".yaml"] = new Language("YAML", "#", null, null),
        [".proto"] = new Language("Protobuf", "//", "/*", "*/"),
        [".csproj"] = new Language("MSBuild", null, "<!--", "-->"),
        [".targets"] = new Language("MSBuild", null, "<!--", "-->"),
        [".md"] = new Language("Markdown", null, "<!--", "-->"),
    };

    /// <summary>The table as lines of <c>language,files,code,comments,blanks</c>, sorted by code, most first. The same tree gives the same text.</summary>
    public static string Table(string root)
    {
        var counts = new SortedDictionary<string, int[]>(StringComparer.Ordinal);
        foreach (var folder in s_folders.Select(name => Path.Combine(root, name)).Where(Directory.Exists))
        {
            CountFolder(folder, counts);
        }

        foreach (var file in Directory.GetFiles(root))
        {
            CountFile(file, counts);
        }

        var text = new StringBuilder();
        foreach (var row in counts.OrderByDescending(pair => pair.Value[1]).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(row.Key).Append(',').Append(string.Join(",", row.Value)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Counts code, comments and blanks in one file's lines.</summary>
    public static int[] Lines(string extension, IEnumerable<string> lines)
    {
        var language = s_byExtension[extension];
        int code = 0, comments = 0, blanks = 0;
        var inBlock = false;
        foreach (var line in lines)
        {
            var rest = line.Trim();
            if (rest.Length == 0)
            {
                blanks++;
            }
            else if (IsComment(language, rest, ref inBlock))
            {
                comments++;
            }
            else
            {
                code++;
            }
        }

        return new[] { code, comments, blanks };
    }

    /// <summary>True if the line contains nothing but a comment. A block that opens after code is not followed: that is rare, and a string may contain its mark.</summary>
    private static bool IsComment(Language language, string rest, ref bool inBlock)
    {
        while (true)
        {
            if (inBlock)
            {
                var end = rest.IndexOf(language.Close!, StringComparison.Ordinal);
                if (end < 0)
                {
                    return true;
                }

                inBlock = false;
                rest = rest.Substring(end + language.Close!.Length).TrimStart();
                if (rest.Length == 0)
                {
                    return true;
                }
            }

            if (language.Line != null && rest.StartsWith(language.Line, StringComparison.Ordinal))
            {
                return true;
            }

            if (language.Open == null || !rest.StartsWith(language.Open, StringComparison.Ordinal))
            {
                return false;
            }

            inBlock = true;
            rest = rest.Substring(language.Open.Length);
        }
    }

    private static void CountFolder(string folder, IDictionary<string, int[]> counts)
    {
        foreach (var file in Directory.GetFiles(folder))
        {
            CountFile(file, counts);
        }

        foreach (var below in Directory.GetDirectories(folder).Where(path => !s_skipped.Contains(Path.GetFileName(path), StringComparer.Ordinal)))
        {
            CountFolder(below, counts);
        }
    }

    private static void CountFile(string file, IDictionary<string, int[]> counts)
    {
        var extension = Path.GetExtension(file);
        if (!s_byExtension.TryGetValue(extension, out var language))
        {
            return;
        }

        if (!counts.TryGetValue(language.Name, out var sums))
        {
            sums = new int[4];
            counts[language.Name] = sums;
        }

        var lines = Lines(extension, File.ReadLines(file));
        sums[0]++;
        sums[1] += lines[0];
        sums[2] += lines[1];
        sums[3] += lines[2];
    }

    private sealed class Language
    {
        public Language(string name, string? line, string? open, string? close)
        {
            Name = name;
            Line = line;
            Open = open;
            Close = close;
        }

        public string Name { get; }

        public string? Line { get; }

        public string? Open { get; }

        public string? Close { get; }
    }
}
