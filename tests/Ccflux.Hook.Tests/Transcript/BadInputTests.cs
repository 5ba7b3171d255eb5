using System.Text;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Whatever a transcript contains, complete rows count and the rest is skipped and reported.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly SessionFolder _folder = new();

    [Theory]
    [InlineData("{\"type\":\"user\",\"message\":{\"role\":\"user\",")]
    [InlineData("not json at all")]
    [InlineData("[1,2,3]")]
    [InlineData("{\"type\":\"user\" \"message\"}")]
    [InlineData("{\"type\":\"user\",\"message\":\"unclosed}")]
    [InlineData("\u0000\u0000\u0000\u0000")]
    [InlineData("{\"type\":\"assistant\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":5}}}")]
    public void BrokenLine_IsPassedOver(string line)
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), line, TranscriptLines.Message(1, "m1"));

        var reading = _folder.Read();

        Assert.Equal(line[0] == 0 ? 0L : 1L, reading.Faults.PassedOver);
        Assert.Equal(20, SessionFolder.Output(reading));
    }

    [Theory]
    [InlineData("10.0", 10, 0)]
    [InlineData("1e1", 10, 0)]
    [InlineData("\"10\"", 10, 0)]
    [InlineData("10\t", 10, 0)]
    [InlineData("null", 0, 0)]
    [InlineData("10.5", 0, 1)]
    [InlineData("-10", 0, 1)]
    [InlineData("99999999999999999999999999999999999999999999999", 0, 1)]
    [InlineData("\"ten\"", 0, 1)]
    [InlineData("true", 0, 1)]
    [InlineData("{\"sum\":[1]}", 0, 1)]
    public void OddFigure_CostsNothingElseOfItsAnswer(string written, long input, int odd)
    {
        var line = TranscriptLines.Message(1, "m1").Replace("\"input_tokens\":10", $"\"input_tokens\":{written}", StringComparison.Ordinal);
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), line);

        var reading = _folder.Read();

        var usage = Assert.Single(reading.Requests).Usage;
        Assert.Equal((input, 20L), (usage.Input, usage.Output));
        Assert.Equal(((long)odd, 0L), (reading.Faults[LineFault.Figure], reading.Faults.PassedOver));
    }

    [Theory]
    [InlineData("\"status\":429", "\"status\":99999999999999999999")]
    [InlineData("\"resetsAt\":1795252208", "\"resetsAt\":1795252208.5")]
    public void OddFigureOfARetry_LeavesTheLimit(string figure, string odd)
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Retry(1).Replace(figure, odd, StringComparison.Ordinal));

        Assert.Equal("five_hour", Assert.Single(_folder.Read().Limits).Window);
    }

    [Theory]
    [InlineData("\"model\":null")]
    [InlineData("\"model\":\"\"")]
    [InlineData("\"model\":7")]
    [InlineData("\"mode\":\"x\"")]
    public void AnswerWithoutAModel_CountsAsUnknown(string model)
    {
        var line = TranscriptLines.Message(1, "m1").Replace("\"model\":\"claude-opus-5-5\"", model, StringComparison.Ordinal);
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), line);

        Assert.Equal(("unknown", 20L), (Assert.Single(_folder.Read().Requests).Usage.Model, SessionFolder.Output(_folder.Read())));
    }

    [Fact]
    public void EntrypointTheReceiverWouldRefuse_IsLeftOut()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0").Replace("sdk-cli", "sdk\u0001cli", StringComparison.Ordinal));

        Assert.Null(_folder.Read().Next.Entrypoint);
    }

    [Fact]
    public void ManyObjectsOnOneLine_AndManyCutOnes_AreBounded()
    {
        var cut = string.Concat(Enumerable.Repeat("{\"parentUuid\":[", 200_000));
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            string.Concat(Enumerable.Repeat("{}", 500_000)) + TranscriptLines.Message(1, "m1"),
            "\"usage\"" + cut,
            TranscriptLines.Message(2, "m2"));

        var reading = _folder.Read();

        Assert.Equal(40, SessionFolder.Output(reading));
        Assert.InRange(reading.Faults.PassedOver, 1L, 20L);
    }

    [Fact]
    public void EveryPrefixOfARow_IsMalformedOrIgnored_NeverAnError()
    {
        var parser = new RowParser(RequestKeys.ForReports);
        foreach (var line in new[] { TranscriptLines.Message(1, "m1", agentCall: "a"), TranscriptLines.Retry(1), TranscriptLines.Prompt(1, "p"), TranscriptLines.Failure(1, "f") })
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            for (var length = 0; length < bytes.Length; length++)
            {
                parser.Parse(bytes.AsSpan(0, length), out var row);
                Assert.True(row.Kind is RowKind.Ignored or RowKind.Malformed, $"{row.Kind} after {length} bytes of {line}");
            }
        }
    }

    [Fact]
    public void RandomDamage_NeverThrows()
    {
        var parser = new RowParser(RequestKeys.ForReports);
        var random = new Random(7);
        var line = Encoding.UTF8.GetBytes(TranscriptLines.Message(1, "m1", agentCall: "a"));
        for (var i = 0; i < 50_000; i++)
        {
            var damaged = line.ToArray();
            for (var hits = random.Next(1, 5); hits > 0; hits--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            parser.Parse(damaged, out _);
        }
    }

    [Fact]
    public void NulsBeforeARow_AreWhatACrashLeft_TheRowCounts()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), new string('\0', 5000) + TranscriptLines.Message(1, "m1"));

        Assert.Equal(20, SessionFolder.Output(_folder.Read()));
    }

    [Fact]
    public void BytesThatAreNoUtf8_AreSkippedWithinTexts()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        using (var file = new FileStream(_folder.MainPath(), FileMode.Append))
        {
            file.Write(Encoding.Latin1.GetBytes(TranscriptLines.Message(1, "m1").Replace("a text", "\u00ff\u00fe\u00c0", StringComparison.Ordinal) + "\n\u00ff\u00fe\n"));
        }

        var reading = _folder.Read();

        Assert.Equal(20, SessionFolder.Output(reading));
        Assert.Equal(1L, reading.Faults.PassedOver);
    }

    [Fact]
    public void DeepNesting_CostsNoStack()
    {
        var deep = new string('[', 500_000) + new string(']', 500_000);
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0").Replace("\"uuid\"", $"\"x\":{deep},\"uuid\"", StringComparison.Ordinal), TranscriptLines.Message(1, "m1"));

        Assert.Equal(20, SessionFolder.Output(_folder.Read()));
    }

    [Fact]
    public void LinesOf50Megabytes_CountAndAreBounded()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0", new string('x', 50_000_000)), TranscriptLines.Message(1, "m1"), "{\"type\":\"junk\",\"x\":\"" + new string('y', 50_000_000) + "\"}");
        _folder.Append(_folder.MainPath(), new string('z', LineReader.MaxLine + 10), TranscriptLines.Message(2, "m2"));

        var reading = _folder.Read();

        Assert.Equal(40, SessionFolder.Output(reading));
        Assert.Equal(1L, reading.Faults.PassedOver);
    }

    [Fact]
    public void MissingFile_IsTold()
    {
        var reading = _folder.Read();

        Assert.Empty(reading.Turns);
        Assert.Equal("it does not exist", Assert.Single(reading.Problems).Reason);
    }

    [Fact]
    public void FileThatIsGone_LeavesTheStateAsItWas()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        var committed = _folder.Read().Next;
        File.Delete(_folder.MainPath());

        var reading = _folder.Read(committed);

        Assert.Empty(reading.Turns);
        Assert.Single(reading.Problems);
        Assert.Equal(committed.Write(), reading.Next.Write());
    }

    [Fact]
    public void FileThatMayNotBeRead_IsTold_AndReadOnceItMay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions");
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        var committed = _folder.Read().Next;
        File.Move(_folder.MainPath(), _folder.MainPath("aside"));
        // A folder in its place: something that not even root can read as a file.
        Directory.CreateDirectory(_folder.MainPath());

        var refused = _folder.Read(committed);
        Directory.Delete(_folder.MainPath());
        File.Move(_folder.MainPath("aside"), _folder.MainPath());
        _folder.Append(_folder.MainPath(), TranscriptLines.Message(2, "m2"));
        var read = _folder.Read(refused.Next);

        Assert.Single(refused.Problems);
        Assert.Empty(refused.Turns);
        Assert.Equal(20, SessionFolder.Output(read));
    }

    [Fact]
    public void SubagentsWhoseSessionIsGone_StillCount()
    {
        _folder.Append(_folder.AgentPath("x"), TranscriptLines.Message(1, "a1", sidechain: true));

        var reading = _folder.Read();

        Assert.Equal(20, SessionFolder.Output(reading));
        Assert.Empty(reading.Problems);
        Assert.Equal(20, SessionFolder.Output(_folder.ReadAll().Requests));
    }

    public void Dispose() => _folder.Dispose();
}
