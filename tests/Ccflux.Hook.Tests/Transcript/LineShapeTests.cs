using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Transcripts that other tools have rewritten, joined or cut: each complete row counts once.</summary>
public sealed class LineShapeTests : IDisposable
{
    private const string Mark = "\ufeff";

    private readonly SessionFolder _folder = new();

    [Theory]
    [InlineData(": ", ", ", "")]
    [InlineData(" : ", " , ", " ")]
    [InlineData("\t:\t", ",\t", "\t")]
    public void SpacesInJson_ChangeNothing(string colon, string comma, string inside)
    {
        string[] rows =
        [
            TranscriptLines.Enqueue(-1),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m1", agentCall: "toolu_a", stop: "tool_use", cacheWrite: 7, cacheWrite1h: 3, speed: "fast"),
            TranscriptLines.ToolResult(2),
            TranscriptLines.Retry(3),
            TranscriptLines.Message(4, "m2"),
            TranscriptLines.Prompt(5, "p1"),
            TranscriptLines.Retry(6),
            TranscriptLines.Failure(7, "f1"),
            TranscriptLines.Interrupt(8),
        ];
        _folder.Append(_folder.MainPath(), rows);
        using var other = new SessionFolder();
        other.Append(other.MainPath(), [.. rows.Select(row => Spaced(row, colon, comma, inside))]);

        var scan = other.Scan();

        Assert.Equivalent(_folder.Scan().Turns, scan.Turns, strict: true);
        Assert.Equal(0, scan.Faults.PassedOver);
        Assert.Equal(2, scan.Turns.Count);
    }

    [Fact]
    public void TheSessionThatAnOldSubagentNames_IsFoundWithSpacesToo()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        _folder.Append(Path.Combine(_folder.Project, "agent-x.jsonl"), Spaced(TranscriptLines.Message(1, "a1", sidechain: true), ": ", ", ", ""));

        Assert.Equal(20, Output(_folder.Scan()));
        Assert.Equal(20, Output(_folder.ScanAll()));
    }

    [Fact]
    public void ByteOrderMarks_AreNoPartOfARow()
    {
        _folder.AppendRaw(_folder.MainPath(), $"{Mark}{TranscriptLines.Message(0, "m1")}\n{TranscriptLines.Prompt(1, "p0")}\n");
        _folder.AppendRaw(_folder.MainPath(), $"{Mark}{Mark}{TranscriptLines.Message(2, "m2")}{Mark}{TranscriptLines.Message(3, "m3")}\r\n{Mark}\n");

        var scan = _folder.Scan();

        Assert.Equal((60L, 0L), (Output(scan), scan.Faults.PassedOver));
    }

    [Fact]
    public void ATranscriptInUtf16_IsTold()
    {
        Directory.CreateDirectory(_folder.Project);
        File.WriteAllText(_folder.MainPath(), $"{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")}\n", Encoding.Unicode);

        Assert.Equal((2L, 2L), (_folder.Scan().Faults[LineFault.Utf16], _folder.ScanAll().Sum(scan => scan.Faults[LineFault.Utf16])));
    }

    [Fact]
    public void ObjectsOnOneLine_AllCount()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0") + TranscriptLines.Message(1, "m1"),
            TranscriptLines.ToolResult(2) + " \0" + TranscriptLines.Message(3, "m2"),
            TranscriptLines.Enqueue(4) + TranscriptLines.Enqueue(5) + TranscriptLines.Message(6, "m3"));

        var scan = _folder.Scan();

        Assert.Equal((60L, 0L), (Output(scan), scan.Faults.PassedOver));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(150)]
    [InlineData(260)]
    public void ARowBehindACutOne_Counts(int length)
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "lost")[..length] + TranscriptLines.Message(2, "m1"),
            TranscriptLines.ToolResult(3)[..length] + TranscriptLines.Message(4, "m2"),
            "what a tool wrote " + TranscriptLines.Message(5, "m3"));

        var scan = _folder.Scan();

        Assert.Equal(60, Output(scan));
        Assert.InRange(scan.Faults.PassedOver, 2, 3);
    }

    [Fact]
    public void ARowWithinAnother_IsNone()
    {
        var nested = $$$$"""{"parentUuid":"p","isSidechain":false,"message":{"role":"user","content":[{"type":"tool_result","content":"done"}]},"type":"user","uuid":"r","timestamp":"{{{{TranscriptLines.At(2)}}}}","toolUseResult":{"rows":[{{{{TranscriptLines.Message(3, "nested")}}}},{{{{TranscriptLines.Message(4, "nested2")}}}}]}}""";
        _folder.Append(
            _folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), nested, nested + TranscriptLines.Message(5, "m2"), nested[..^40], nested[..^40] + TranscriptLines.Message(6, "m3"));

        Assert.Equal((60L, 60L), (Output(_folder.Scan()), Output(_folder.ScanAll())));
    }

    [Fact]
    public void ARowBehindAToolResult_Counts_InWhateverOrderItsKeysStand()
    {
        var row = TranscriptLines.Message(3, "m1");
        var reordered = "{\"type\":\"assistant\"," + row[1..].Replace("\"type\":\"assistant\",", "", StringComparison.Ordinal);
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.ToolResult(2) + reordered, TranscriptLines.ToolResult(4) + " " + Spaced(TranscriptLines.Message(5, "m2"), ": ", ", ", " "));

        Assert.Equal((40L, 40L), (Output(_folder.Scan()), Output(_folder.ScanAll())));
    }

    [Fact]
    public void EscapesThatNeedNotBe_ChangeNothing()
    {
        string[] rows =
        [
            TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), TranscriptLines.Prompt(2, "l", "<command-name>/cost</command-name>"),
            TranscriptLines.Message(3, "none", model: "<synthetic>"), TranscriptLines.Prompt(4, "p1", "<b>"), TranscriptLines.Message(5, "m2"),
        ];
        _folder.Append(_folder.MainPath(), rows);
        using var other = new SessionFolder();
        other.Append(other.MainPath(), [.. rows.Select(row => row.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003E", StringComparison.Ordinal))]);

        var scan = other.Scan();

        Assert.Equivalent(_folder.Scan().Turns, scan.Turns, strict: true);
        Assert.Equal([20, 20], scan.Turns.Select(turn => turn.Models.Values.Sum(model => model.OutputTokens)));
    }

    [Fact]
    public void AnswersThatNothingGivesATime_AreTold()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0").Replace($"\"{TranscriptLines.At(0)}\"", "1795950942000", StringComparison.Ordinal), TranscriptLines.Message(1, "m1").Replace($"\"{TranscriptLines.At(1)}\"", "1795950943000", StringComparison.Ordinal));

        var scan = _folder.Scan();

        Assert.Empty(scan.Turns);
        Assert.Equal((1L, 1L), (scan.Faults[LineFault.NoTime], scan.Faults.PassedOver));
    }

    [Fact]
    public void AWholeRowBeforeACutOne_CountsBeforeTheOtherIsWhole()
    {
        var cut = TranscriptLines.Message(2, "m2");
        _folder.AppendRaw(_folder.MainPath(), $"{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")} {cut[..100]}");
        var first = _folder.Scan();
        _folder.AppendRaw(_folder.MainPath(), cut[100..] + "\n");

        Assert.Equal((20L, 40L, 40L), (Output(first), Output(_folder.Scan(first.Next)), Output(_folder.ScanAll())));
    }

    [Fact]
    public void WithoutItsLastLineFeed_ARowCounts_AndWhatIsWrittenBehindIt()
    {
        _folder.AppendRaw(_folder.MainPath(), $"{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")}");
        var first = _folder.Scan();
        Assert.Equal((20L, 20L), (Output(first), Output(_folder.ScanAll())));
        Assert.False(TranscriptScanner.HasChanged(SessionCatalog.Find(_folder.MainPath()), first.Next));

        _folder.AppendRaw(_folder.MainPath(), TranscriptLines.Message(2, "m2") + "\n" + TranscriptLines.Message(3, "m3"));
        var second = _folder.Scan(first.Next);
        _folder.AppendRaw(_folder.MainPath(), "\n" + TranscriptLines.Message(4, "m4") + "\n");
        var third = _folder.Scan(second.Next);

        Assert.Equal((60L, 80L, 80L), (Output(second), Output(third), Output(_folder.ScanAll())));
        Assert.Equal(0, third.MalformedLines);
    }

    [Fact]
    public void WhatIsBehindARowWithoutLineFeed_IsNew_WhenAllIsReadAgain()
    {
        _folder.AppendRaw(_folder.MainPath(), $"{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")}");
        var first = _folder.Scan();
        // Seen before its call, so that the next scan reads everything again.
        _folder.AddAgent("x", "toolu_a", TranscriptLines.Message(12, "a1", sidechain: true));
        var second = _folder.Scan(first.Next);
        _folder.AppendRaw(_folder.MainPath(), $"{TranscriptLines.Prompt(10, "p1")}\n{TranscriptLines.Message(11, "m2", agentCall: "toolu_a")}\n");

        Assert.Equal([20, 40], _folder.Scan(second.Next).Turns.Select(turn => turn.Models.Values.Sum(model => model.OutputTokens)));
    }

    [Fact]
    public void HowEverTheBytesArrive_NothingIsLostOrCountedTwice()
    {
        var text = $"{Mark}{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")}{TranscriptLines.ToolResult(2)}{TranscriptLines.Message(3, "m2")}\n{Spaced(TranscriptLines.Prompt(4, "p1"), ": ", ", ", "")}\r\n{TranscriptLines.Message(5, "m3")[..90]}{TranscriptLines.Message(6, "m4")}\n{WithoutRequest(TranscriptLines.Message(7, "relay"))}\n{WithoutRequest(TranscriptLines.Message(8, "relay"))}\n{TranscriptLines.ToolResult(9)}\n{WithoutRequest(TranscriptLines.Message(10, "relay"))}";
        var bytes = Encoding.UTF8.GetBytes(text);
        _folder.AppendRaw(_folder.MainPath(), text);
        var whole = _folder.Scan();
        Assert.Equal(100, Output(whole));
        for (var cut = 1; cut < bytes.Length; cut += 3)
        {
            using var grown = new SessionFolder();
            File.WriteAllBytes(grown.MainPath(), bytes[..cut]);
            var first = grown.Scan();
            using (var file = new FileStream(grown.MainPath(), FileMode.Append))
            {
                file.Write(bytes.AsSpan(cut));
            }

            var second = grown.Scan(TranscriptState.Read(first.Next.Write()));

            var turns = first.Turns.Concat(second.Turns).GroupBy(turn => turn.TurnIndex).Select(same => same.Last());
            Assert.Equal((cut, 100L), (cut, turns.SelectMany(turn => turn.Models.Values).Sum(model => model.OutputTokens)));
        }
    }

    [Fact]
    public void Usage_CountsLinesPassedOverByReason()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m1").Replace("\"input_tokens\":10", "\"input_tokens\":-1", StringComparison.Ordinal),
            TranscriptLines.Message(2, "lost")[..200],
            "{\"type\":\"user\" \"message\"}",
            "no JSON",
            "[1]",
            "{\"type\":\"assistant\",\"message\":{\"usage\":{\"input_tokens\":5}}}",
            new string('z', LineReader.MaxLine + 10));

        using var output = new MemoryStream();
        Assert.Equal(0, Hook.Commands.UsageCommand.Run(["--config-dir", _folder.ConfigDir, "--json"], output, TextWriter.Null, TimeProvider.System));
        var usage = JsonDocument.Parse(output.ToArray()).RootElement;
        using var text = new MemoryStream();
        Assert.Equal(0, Hook.Commands.UsageCommand.Run(["--config-dir", _folder.ConfigDir], text, TextWriter.Null, TimeProvider.System));

        Assert.Equal("""{"cut":1,"no_object":2,"broken":1,"too_long":1,"no_identity":1}""", usage.GetProperty("lines_passed_over").GetRawText());
        Assert.Equal(1, usage.GetProperty("answers_with_odd_figures").GetInt32());
        Assert.Contains(
            "lines skipped: 1 cut short, 2 not a JSON object, 1 broken JSON, 1 longer than 64 MB, 1 without any id or time",
            Encoding.UTF8.GetString(text.ToArray()),
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string WithoutRequest(string line) => ResponseIdTests.WithoutRequest(line);

    private static long Output(ScanResult scan) => Output([scan]);

    private static long Output(IEnumerable<ScanResult> scans) =>
        scans.SelectMany(scan => scan.Turns).SelectMany(turn => turn.Models.Values).Sum((ModelUsage model) => model.OutputTokens);

    /// <summary>The same JSON with other white space between its parts.</summary>
    private static string Spaced(string json, string colon, string comma, string inside)
    {
        var spaced = new StringBuilder();
        var inText = false;
        for (var i = 0; i < json.Length; i++)
        {
            inText ^= json[i] == '"' && (!inText || json[i - 1] != '\\');
            spaced.Append((inText, json[i]) switch
            {
                (false, ':') => colon,
                (false, ',') => comma,
                (false, '{' or '[') => json[i] + inside,
                (false, '}' or ']') => inside + json[i],
                _ => json[i].ToString(),
            });
        }

        return spaced.ToString();
    }
}
