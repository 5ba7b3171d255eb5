using Ccflux.Build;
using Ccflux.Receiver.Fleet.Read;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The codebase table: what counts as what, and that it is in the assembly.</summary>
public sealed class CodebaseTests
{
    [Theory]
    [InlineData(".cs", "// why\nvar a = 1; // not this\n\n/* one\n\n two */ var b = 2;\n/* all */\n", 2, 3, 2)]
    [InlineData(".cs", "var text = \"/* no comment\";\nvar c = 3;\n", 2, 0, 0)]
    [InlineData(".razor", "@* a\nb *@\n<p>// text</p>\n", 1, 2, 0)]
    [InlineData(".sh", "#!/bin/sh\n# why\necho '# no'\n", 1, 2, 0)]
    [InlineData(".sql", "-- why\nSELECT 1; -- not this\n", 1, 1, 0)]
    [InlineData(".css", "/* a */\n.b { }\n", 1, 1, 0)]
    public void Lines_AreCodeCommentOrBlank(string extension, string text, int code, int comments, int blanks) =>
        Assert.Equal([code, comments, blanks], CodebaseCounter.Lines(extension, text.TrimEnd('\n').Split('\n')));

    [Fact]
    public void Table_LeavesOutWhatIsBuiltOrBrought()
    {
        var root = Directory.CreateTempSubdirectory("ccflux-test-").FullName;
        foreach (var (path, text) in new[]
        {
            ("src/A.cs", "a\n\n// c\n"), ("src/obj/B.cs", "b\n"), ("web/node_modules/x/c.js", "c\n"), ("tests/fixtures/d.cs", "d\n"), ("elsewhere/e.cs", "e\n"),
            ("src/wwwroot/dist/app.js", "f\n"), ("run.sh", "g\nh\n"), ("src/data.json", "{}\n"),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            File.WriteAllText(Path.Combine(root, path), text);
        }

        Assert.Equal("Shell,1,2,0,0\nC#,1,1,1,1\n", CodebaseCounter.Table(root));
        Assert.Equal(CodebaseCounter.Table(root), CodebaseCounter.Table(root));
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void Table_OfThisBuild_NamesItsLanguages()
    {
        Assert.Contains(CodebaseTable.Rows, row => row.Language is "C#" && row.Files > 300 && row.Code > 10_000);
        Assert.Contains(CodebaseTable.Rows, row => row.Language is "TypeScript");
        Assert.Equal(CodebaseTable.Rows.Sum(row => row.Code), CodebaseTable.Total.Code);
        Assert.Equal(CodebaseTable.Rows.OrderByDescending(row => row.Code), CodebaseTable.Rows);
    }
}
