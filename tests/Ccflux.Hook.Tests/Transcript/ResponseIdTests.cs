using System.Text;
using System.Text.RegularExpressions;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Which rows form one response, whatever ids a relay assigns.</summary>
public sealed partial class ResponseIdTests : IDisposable
{
    private const string ApiId = "msg_01TestTestTestTestTest22";

    private readonly SessionFolder _folder = new();

    [Fact]
    public void OneMessageId_WithRequestIdsOfTheirOwn_AreResponsesOfTheirOwn()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            Request(TranscriptLines.Message(1, "same"), "req_1"),
            Request(TranscriptLines.Message(2, "same", output: 30), "req_2"),
            Request(TranscriptLines.Message(3, "same", output: 30), "req_2"));

        Assert.Equal((2, 50L), Total(_folder.Scan()));
    }

    [Fact]
    public void OneRequestId_AndOtherMessageIds_AreResponsesOfTheirOwn()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), Request(TranscriptLines.Message(1, "m1"), "req_same"), Request(TranscriptLines.Message(2, "m2"), "req_same"));

        Assert.Equal((2, 40L), Total(_folder.Scan()));
    }

    [Theory]
    [InlineData("req_same")]
    [InlineData("same")]
    [InlineData(null)]
    public void RowsWithoutAMessageId_AreOneResponse(string? request)
    {
        _folder.Append(
            _folder.MainPath(),
            [TranscriptLines.Prompt(0, "p0"), .. Enumerable.Range(1, 3).Select(at => WithoutId(Request(TranscriptLines.Message(at, "x"), request)))]);

        Assert.Equal((1, 20L), Total(_folder.Scan()));
    }

    [Theory]
    [InlineData("relay", null)]
    [InlineData("relay", "one-for-all")]
    [InlineData(null, "one-for-all")]
    public void OneIdForAll_APromptOrAToolResultParts(string? id, string? request)
    {
        string Row(double at) => id is null ? WithoutId(Request(TranscriptLines.Message(at, "x"), request)) : Request(TranscriptLines.Message(at, id), request);
        _folder.Append(
            _folder.MainPath("a"), TranscriptLines.Prompt(0, "a0"), Row(1), Row(1.5), TranscriptLines.ToolResult(2), Row(3), TranscriptLines.Prompt(4, "a1"), Row(5));
        _folder.Append(_folder.MainPath("b"), TranscriptLines.Prompt(0, "b0"), Row(1), TranscriptLines.Prompt(4, "b1"), Row(5));

        Assert.Equal((5, 100L), Total(_folder.ScanAll()));
        Assert.Equal((3, 60L), Total(_folder.Scan(session: "a")));
        Assert.Equal((2, 40L), Total(_folder.Scan(session: "b")));
    }

    [Fact]
    public void RowsThatFollowOtherRows_AreNotTheResponseBefore_EvenWithoutAnythingBetween()
    {
        _folder.Append(
            _folder.MainPath(), [.. Enumerable.Range(1, 3).Select(at => Parent(WithoutRequest(TranscriptLines.Message(at, "relay")), $"u{at}"))]);

        Assert.Equal((3, 60L), Total(_folder.Scan()));
    }

    [Fact]
    public void ARowThatFollowsItsResponse_BelongsToIt_BehindAToolResultToo()
    {
        var first = WithoutRequest(TranscriptLines.Message(1, "m1", stop: "tool_use"));
        var second = Parent(WithoutRequest(TranscriptLines.Message(3, "m1", stop: "tool_use")), UuidOf(first));
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), first, TranscriptLines.ToolResult(2), second);

        Assert.Equal((1, 20L), Total(_folder.Scan()));
    }

    /// <summary>The way 2.1.332 writes two tool calls of one answer, without the request ids that only the API itself provides.</summary>
    [Fact]
    public void ToolResultsBetweenTheRowsOfAnApiId_PartNothingWhileThePromptIsTheSame()
    {
        string Row(double at, string uuid, string parent, long input) =>
            Parent(Uuid().Replace(WithoutRequest(TranscriptLines.Message(at, ApiId, input: input, stop: "tool_use")), $"\"uuid\":\"{uuid}\",", 1), parent);
        string Result(double at, string uuid, string parent) => Parent(Uuid().Replace(TranscriptLines.ToolResult(at), $"\"uuid\":\"{uuid}\",", 1), parent);
        string[] rows =
        [
            TranscriptLines.Prompt(0, "p0"), Row(1, "a", "p0", 10), Result(2, "r1", "a"), Row(3, "b", "r1", 10), Result(4, "r2", "b"), Row(5, "c", "progress", 10),
            Result(6, "r3", "c"), Row(7, "d", "r3", 11), TranscriptLines.Prompt(8, "p1"), Row(9, "e", "p1", 11),
        ];
        _folder.Append(_folder.MainPath(), rows[..4]);
        var first = _folder.Scan();
        _folder.Append(_folder.MainPath(), rows[4..]);

        var second = _folder.Scan(TranscriptState.Read(first.Next.Write()));

        Assert.Equal((1, 20L), Total(first));
        Assert.Equal((3, 60L), Total(second));
        Assert.Equal((3, 60L), Total(_folder.ScanAll()));
    }

    [Fact]
    public void ForkWithoutRequestIds_IsACopy()
    {
        string[] parent = [TranscriptLines.Prompt(0, "p0"), WithoutRequest(TranscriptLines.Message(1, "relay")), TranscriptLines.ToolResult(2), WithoutId(WithoutRequest(TranscriptLines.Message(3, "x")))];
        _folder.Append(_folder.MainPath("a"), parent);
        _folder.Append(_folder.MainPath("fork"), [TranscriptLines.Enqueue(10), .. parent, TranscriptLines.Prompt(11, "own"), WithoutRequest(TranscriptLines.Message(12, "relay"))]);

        Assert.Equal((3, 60L), Total(_folder.ScanAll()));
    }

    [Fact]
    public void AResponseThatGoesOnInALaterScan_IsOne()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), WithoutRequest(TranscriptLines.Message(1, "relay", output: 5, stop: null)));
        var first = _folder.Scan();
        _folder.Append(_folder.MainPath(), WithoutRequest(TranscriptLines.Message(2, "relay")));

        var second = _folder.Scan(TranscriptState.Read(first.Next.Write()));

        Assert.Equal((1, 20L), Total(second));
    }

    [Fact]
    public void WithoutAnyId_TheTimeTells()
    {
        string Row(double at) => Uuid().Replace(WithoutId(WithoutRequest(TranscriptLines.Message(at, "x"))), "", 1);
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), Row(1), TranscriptLines.ToolResult(2), Row(3));

        Assert.Equal((2, 40L), Total(_folder.Scan()));
    }

    [Fact]
    public void StateWithoutWhatCameLater_IsReadOnFrom()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        var bytes = _folder.Scan().Next.Write()[..^1];
        BitConverter.TryWriteBytes(bytes.AsSpan(8), IdHash.Of(bytes.AsSpan(16)));
        var line = TranscriptLines.Message(2, "m2");
        _folder.Append(_folder.MainPath(), line);

        var scan = _folder.Scan(TranscriptState.Read(bytes));

        Assert.Equal((2, 40L), Total(scan));
        Assert.Equal(line.Length + 1, scan.BytesRead);
    }

    [Fact]
    public void MessageThatAnOlderVersionCounted_InAnotherSession_IsACopy()
    {
        var path = Path.Combine(_folder.ConfigDir, "messages.ledger");
        _folder.Claims = MessageClaims.Load(path);
        _folder.Claims.Take(IdHash.Of(Encoding.UTF8.GetBytes(ApiId)), IdHash.Of("parent"u8), new ClaimNumber(0, 0), 0);
        _folder.Append(_folder.MainPath("fork"), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, ApiId), TranscriptLines.Message(2, "own"));

        Assert.Equal((1, 20L), Total(_folder.Scan(session: "fork")));
    }

    public void Dispose() => _folder.Dispose();

    internal static string WithoutRequest(string line) => Request(line, null);

    private static string Request(string line, string? id) => RequestIds().Replace(line, id is null ? "" : $"\"requestId\":\"{id}\",", 1);

    private static string WithoutId(string line) => line.Replace("\"id\":\"x\",", "", StringComparison.Ordinal);

    private static string Parent(string line, string uuid) => line.Replace("\"parentUuid\":\"p\"", $"\"parentUuid\":\"{uuid}\"", StringComparison.Ordinal);

    private static string UuidOf(string line) => Uuid().Match(line).Groups["id"].Value;

    private static (int Messages, long Output) Total(ScanResult scan) => Total([scan]);

    private static (int Messages, long Output) Total(IEnumerable<ScanResult> scans)
    {
        var models = scans.SelectMany(scan => scan.Turns).SelectMany(turn => turn.Models.Values).ToArray();
        return (models.Sum(model => model.Messages), models.Sum(model => model.OutputTokens));
    }

    [GeneratedRegex("\"requestId\":\"[^\"]*\",", RegexOptions.None, 1000)]
    private static partial Regex RequestIds();

    [GeneratedRegex("\"uuid\":\"(?<id>[^\"]*)\",", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uuid();
}
