using System.Text;
using System.Text.Json;
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

        var reading = other.Read();

        AssertSame(_folder.Read(), reading);
        Assert.Equal(0, reading.Faults.PassedOver);
        Assert.Equal((2, 2), (reading.Turns.Count, reading.Requests.Count));
    }

    [Fact]
    public void TheSessionThatAnOldSubagentNames_IsFoundWithSpacesToo()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        _folder.Append(Path.Combine(_folder.Project, "agent-x.jsonl"), Spaced(TranscriptLines.Message(1, "a1", sidechain: true), ": ", ", ", ""));

        Assert.Equal(20, Output(_folder.Read()));
        Assert.Equal(20, Output(_folder.ReadAll()));
    }

    [Fact]
    public void ByteOrderMarks_AreNoPartOfARow()
    {
        _folder.AppendRaw(_folder.MainPath(), $"{Mark}{TranscriptLines.Message(0, "m1")}\n{TranscriptLines.Prompt(1, "p0")}\n");
        _folder.AppendRaw(_folder.MainPath(), $"{Mark}{Mark}{TranscriptLines.Message(2, "m2")}{Mark}{TranscriptLines.Message(3, "m3")}\r\n{Mark}\n");

        var reading = _folder.Read();

        Assert.Equal((60L, 0L), (Output(reading), reading.Faults.PassedOver));
    }

    [Fact]
    public void ATranscriptInUtf16_IsTold()
    {
        Directory.CreateDirectory(_folder.Project);
        File.WriteAllText(_folder.MainPath(), $"{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")}\n", Encoding.Unicode);

        Assert.Equal((2L, 2L), (_folder.Read().Faults[LineFault.Utf16], _folder.ReadAll().Faults[LineFault.Utf16]));
    }

    [Fact]
    public void ObjectsOnOneLine_AllCount()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0") + TranscriptLines.Message(1, "m1"),
            TranscriptLines.ToolResult(2) + " \0" + TranscriptLines.Message(3, "m2"),
            TranscriptLines.Enqueue(4) + TranscriptLines.Enqueue(5) + TranscriptLines.Message(6, "m3"));

        var reading = _folder.Read();

        Assert.Equal((60L, 0L), (Output(reading), reading.Faults.PassedOver));
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

        var reading = _folder.Read();

        Assert.Equal(60, Output(reading));
        Assert.InRange(reading.Faults.PassedOver, 2, 3);
    }

    [Fact]
    public void ARowWithinAnother_IsNone()
    {
        var nested = $$$$"""{"parentUuid":"p","isSidechain":false,"message":{"role":"user","content":[{"type":"tool_result","content":"done"}]},"type":"user","uuid":"r","timestamp":"{{{{TranscriptLines.At(2)}}}}","toolUseResult":{"rows":[{{{{TranscriptLines.Message(3, "nested")}}}},{{{{TranscriptLines.Message(4, "nested2")}}}}]}}""";
        _folder.Append(
            _folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), nested, nested + TranscriptLines.Message(5, "m2"), nested[..^40], nested[..^40] + TranscriptLines.Message(6, "m3"));

        Assert.Equal((60L, 60L), (Output(_folder.Read()), Output(_folder.ReadAll())));
    }

    [Fact]
    public void ARowBehindAToolResult_Counts_InWhateverOrderItsKeysStand()
    {
        var row = TranscriptLines.Message(3, "m1");
        var reordered = "{\"type\":\"assistant\"," + row[1..].Replace("\"type\":\"assistant\",", "", StringComparison.Ordinal);
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.ToolResult(2) + reordered, TranscriptLines.ToolResult(4) + " " + Spaced(TranscriptLines.Message(5, "m2"), ": ", ", ", " "));

        Assert.Equal((40L, 40L), (Output(_folder.Read()), Output(_folder.ReadAll())));
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

        var reading = other.Read();

        AssertSame(_folder.Read(), reading);
        Assert.Equal((2, 40L), (reading.Turns.Count, Output(reading)));
    }

    [Fact]
    public void AnswersThatNothingGivesATime_AreTold()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0").Replace($"\"{TranscriptLines.At(0)}\"", "1795950942000", StringComparison.Ordinal), TranscriptLines.Message(1, "m1").Replace($"\"{TranscriptLines.At(1)}\"", "1795950943000", StringComparison.Ordinal));

        var reading = _folder.Read();

        Assert.True(reading.IsEmpty);
        Assert.Equal((1L, 1L), (reading.Faults[LineFault.NoTime], reading.Faults.PassedOver));
        Assert.Equal(1, _folder.ReadAll().Faults[LineFault.NoTime]);
    }

    [Fact]
    public void AnAnswerWithoutATime_HasThatOfTheRowBefore()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1").Replace($"\"{TranscriptLines.At(1)}\"", "null", StringComparison.Ordinal));

        Assert.Equal(TranscriptLines.Start.ToUnixTimeMilliseconds(), Assert.Single(_folder.Read().Requests).AtMs);
        Assert.Equal(TranscriptLines.Start.ToUnixTimeMilliseconds(), Assert.Single(_folder.ReadAll().Requests).AtMs);
    }

    [Fact]
    public void AWholeRowBeforeACutOne_CountsBeforeTheOtherIsWhole()
    {
        var cut = TranscriptLines.Message(2, "m2");
        _folder.AppendRaw(_folder.MainPath(), $"{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")} {cut[..100]}");
        var first = _folder.Read();
        _folder.AppendRaw(_folder.MainPath(), cut[100..] + "\n");

        Assert.Equal((20L, 20L, 40L), (Output(first), Output(_folder.Read(first.Next)), Output(_folder.ReadAll())));
    }

    [Fact]
    public void WithoutItsLastLineFeed_ARowCounts_AndWhatIsWrittenBehindIt()
    {
        _folder.AppendRaw(_folder.MainPath(), $"{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")}");
        var first = _folder.Read();
        Assert.Equal((20L, 20L), (Output(first), Output(_folder.ReadAll())));
        Assert.False(SessionReader.HasChanged(_folder.Paths(), _folder.ConfigDir, first.Next));

        _folder.AppendRaw(_folder.MainPath(), TranscriptLines.Message(2, "m2") + "\n" + TranscriptLines.Message(3, "m3"));
        var second = _folder.Read(first.Next);
        _folder.AppendRaw(_folder.MainPath(), "\n" + TranscriptLines.Message(4, "m4") + "\n");
        var third = _folder.Read(second.Next);

        Assert.Equal((40L, 20L, 80L), (Output(second), Output(third), Output(_folder.ReadAll())));
        Assert.Equal(0, third.Faults.PassedOver);
    }

    [Fact]
    public void HowEverTheBytesArrive_NothingIsLost()
    {
        var text = $"{Mark}{TranscriptLines.Prompt(0, "p0")}\n{TranscriptLines.Message(1, "m1")}{TranscriptLines.ToolResult(2)}{TranscriptLines.Message(3, "m2")}\n{Spaced(TranscriptLines.Prompt(4, "p1"), ": ", ", ", "")}\r\n{TranscriptLines.Message(5, "m3")[..90]}{TranscriptLines.Message(6, "m4")}\n{string.Join('\n', TranscriptLines.InChain(TranscriptLines.Prompt(6.5, "p2"), TranscriptLines.WithoutRequest(TranscriptLines.Message(7, "relay")), TranscriptLines.WithoutRequest(TranscriptLines.Message(8, "relay")), TranscriptLines.ToolResult(9), TranscriptLines.WithoutRequest(TranscriptLines.Message(10, "relay"))))}";
        var bytes = Encoding.UTF8.GetBytes(text);
        _folder.AppendRaw(_folder.MainPath(), text);
        var whole = _folder.Read().Requests.ToDictionary(request => request.Key);
        Assert.Equal(5, whole.Count);
        for (var cut = 1; cut < bytes.Length; cut += 3)
        {
            using var grown = new SessionFolder();
            File.WriteAllBytes(grown.MainPath(), bytes[..cut]);
            var first = grown.Read();
            using (var file = new FileStream(grown.MainPath(), FileMode.Append))
            {
                file.Write(bytes.AsSpan(cut));
            }

            var second = grown.Read(SessionProgress.Read(first.Next.Write()));

            var both = new Dictionary<long, Request>();
            foreach (var request in first.Requests.Concat(second.Requests))
            {
                var merged = both.GetValueOrDefault(request.Key, request);
                merged.Merge(request);
                both[request.Key] = merged;
            }

            Assert.Equal(whole.Values.OrderBy(request => request.Key).Select(Text), both.Values.OrderBy(request => request.Key).Select(Text));
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
            "{\"type\":\"assistant\" \"usage\"}",
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

    private static long Output(SessionReading reading) => SessionFolder.Output(reading);

    private static long Output(LocalRequests all) => SessionFolder.Output(all.Requests);

    private static string Text(Request request) => $"{request.Key:x16} {request.AtMs} {request.Turn:x16} {request.Origin} {request.Usage.Model} {request.Usage.Input} {request.Usage.Output}";

    private static void AssertSame(SessionReading expected, SessionReading actual)
    {
        Assert.Equal(expected.Requests.Select(Text), actual.Requests.Select(Text));
        Assert.Equivalent(expected.Turns, actual.Turns, strict: true);
        Assert.Equal(expected.Limits, actual.Limits);
    }

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
