using System.Text;
using System.Text.RegularExpressions;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Which rows are one request, whatever ids a relay gives.</summary>
public sealed partial class RequestIdTests : IDisposable
{
    private const string ApiId = "msg_01TestTestTestTestTest22";

    private readonly SessionFolder _folder = new();

    [Fact]
    public void OneMessageId_WithRequestIdsOfTheirOwn_AreRequestsOfTheirOwn()
    {
        Write(
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.WithRequest(TranscriptLines.Message(1, "same"), "req_1"),
            TranscriptLines.WithRequest(TranscriptLines.Message(2, "same", output: 30), "req_2"),
            TranscriptLines.WithRequest(TranscriptLines.Message(3, "same", output: 30), "req_2"));

        AssertTotal(2, 50);
        Assert.Equal([LedgerKey.OfRequest("req_1"u8), LedgerKey.OfRequest("req_2"u8)], _folder.Read().Requests.Select(request => request.Key));
        Assert.All(_folder.Read().Requests, request => Assert.True(request.HasApiId));
    }

    [Theory]
    [InlineData("req_same")]
    [InlineData("same")]
    [InlineData(null)]
    public void RowsWithoutAMessageId_AreOneRequest(string? request)
    {
        Write([TranscriptLines.Prompt(0, "p0"), .. Enumerable.Range(1, 3).Select(at => WithoutId(TranscriptLines.WithRequest(TranscriptLines.Message(at, "x"), request)))]);

        AssertTotal(1, 20);
    }

    [Theory]
    [InlineData("relay", null)]
    [InlineData("relay", "one-for-all")]
    [InlineData(null, "one-for-all")]
    public void OneIdForAll_APromptOrAToolResultParts(string? id, string? request)
    {
        string Row(double at) => id is null ? WithoutId(TranscriptLines.WithRequest(TranscriptLines.Message(at, "x"), request)) : TranscriptLines.WithRequest(TranscriptLines.Message(at, id), request);
        _folder.Append(
            _folder.MainPath("a"),
            TranscriptLines.InChain(TranscriptLines.Prompt(0, "a0"), Row(1), Row(1.5), TranscriptLines.ToolResult(2), Row(3), TranscriptLines.Prompt(4, "a1"), Row(5)));
        _folder.Append(_folder.MainPath("b"), TranscriptLines.InChain(TranscriptLines.Prompt(0, "b0"), Row(1), TranscriptLines.Prompt(4, "b1"), Row(5)));

        Assert.Equal((5, 100L), SessionFolder.Total(_folder.ReadAll().Requests));
        Assert.All(_folder.ReadAll().Requests, request => Assert.False(request.HasApiId));
        Assert.Equal((3, 60L), SessionFolder.Total(_folder.Read(session: "a").Requests));
        Assert.Equal((2, 40L), SessionFolder.Total(_folder.Read(session: "b").Requests));
    }

    [Fact]
    public void RowsThatFollowNothing_FollowWhatStandsBeforeThem()
    {
        string Row(double at) => Parent(TranscriptLines.WithoutRequest(TranscriptLines.Message(at, "relay")), null);
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), Row(1), Row(2), TranscriptLines.Prompt(3, "p1"), Row(4));

        AssertTotal(2, 40);
        Assert.Contains(LedgerKey.OfMessage("relay"u8, "p1"u8), _folder.Read().Requests.Select(request => request.Key));
    }

    [Fact]
    public void RowsThatFollowRowsWhichAreNotHere_AreTheirOwn()
    {
        _folder.Append(_folder.MainPath(), [.. Enumerable.Range(1, 3).Select(at => Parent(TranscriptLines.WithoutRequest(TranscriptLines.Message(at, "relay")), $"u{at}"))]);

        AssertTotal(3, 60);
    }

    [Fact]
    public void TheChain_LeadsThroughAttachmentsSystemRowsAndTheAnswersOwnRows()
    {
        const string attachment = """{"parentUuid":"x","isSidechain":false,"attachment":{"type":"date"},"type":"attachment","uuid":"at","timestamp":"2026-11-20T09:00:00.100Z"}""";
        const string system = """{"parentUuid":"x","type":"system","subtype":"informational","uuid":"sy"}""";
        Write(
            TranscriptLines.Prompt(0, "p0"), attachment, system, TranscriptLines.WithoutRequest(TranscriptLines.Message(1, "m1", output: 3)), attachment.Replace("\"at\"", "\"at2\"", StringComparison.Ordinal),
            TranscriptLines.WithoutRequest(TranscriptLines.Message(2, "m1")));

        AssertTotal(1, 20);
        Assert.Equal(LedgerKey.OfMessage("m1"u8, "p0"u8), Assert.Single(_folder.Read().Requests).Key);
    }

    [Fact]
    public void ARowThatFollowsItsAnswer_BelongsToIt_BehindAToolResultToo()
    {
        var first = TranscriptLines.WithoutRequest(TranscriptLines.Message(1, "m1", stop: "tool_use"));
        var second = Parent(TranscriptLines.WithoutRequest(TranscriptLines.Message(3, "m1", stop: "tool_use")), UuidOf(first));
        _folder.Append(_folder.MainPath(), [.. TranscriptLines.InChain(TranscriptLines.Prompt(0, "p0"), first, TranscriptLines.ToolResult(2)), second]);

        AssertTotal(1, 20);
    }

    /// <summary>The way 2.1.332 writes two tool calls of one answer, without the request ids that only the API itself provides.</summary>
    [Fact]
    public void ToolResultsBetweenTheRowsOfAnApiId_PartNothingWhileThePromptIsTheSame()
    {
        string Row(double at, long input) => TranscriptLines.WithoutRequest(TranscriptLines.Message(at, ApiId, input: input, stop: "tool_use"));
        string[] rows = TranscriptLines.InChain(
            TranscriptLines.Prompt(0, "p0"), Row(1, 10), TranscriptLines.ToolResult(2), Row(3, 10), TranscriptLines.ToolResult(4), Row(5, 10),
            TranscriptLines.ToolResult(6), Row(7, 11), TranscriptLines.Prompt(8, "p1"), Row(9, 11));
        _folder.Append(_folder.MainPath(), rows[..4]);
        var first = _folder.Read();
        _folder.Append(_folder.MainPath(), rows[4..]);

        var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

        Assert.Equal((1, 20L), SessionFolder.Total(first.Requests));
        Assert.Contains(Assert.Single(first.Requests).Key, second.Requests.Select(request => request.Key));
        AssertTotal(3, 60);
        Assert.Equal(3, second.Requests.Count);
    }

    [Fact]
    public void ForkWithoutRequestIds_IsACopy()
    {
        string[] parent = TranscriptLines.InChain(
            TranscriptLines.Prompt(0, "p0"), TranscriptLines.WithoutRequest(TranscriptLines.Message(1, "relay")), TranscriptLines.ToolResult(2),
            WithoutId(TranscriptLines.WithoutRequest(TranscriptLines.Message(3, "x"))));
        _folder.Append(_folder.MainPath("a"), parent);
        _folder.Append(
            _folder.MainPath("fork"),
            [TranscriptLines.Enqueue(10), .. TranscriptLines.InChain([.. parent, TranscriptLines.Prompt(11, "own"), TranscriptLines.WithoutRequest(TranscriptLines.Message(12, "relay"))])]);

        Assert.Equal((3, 60L), SessionFolder.Total(_folder.ReadAll().Requests));
        Assert.Subset(_folder.Read(session: "fork").Requests.Select(request => request.Key).ToHashSet(), _folder.Read(session: "a").Requests.Select(request => request.Key).ToHashSet());
    }

    [Fact]
    public void WhereReadingsPart_IsAllTheSame()
    {
        string[] rows = TranscriptLines.InChain(
            TranscriptLines.Prompt(0, "p0"), TranscriptLines.WithoutRequest(TranscriptLines.Message(1, "relay", output: 5, stop: null)), TranscriptLines.WithoutRequest(TranscriptLines.Message(2, "relay")),
            TranscriptLines.ToolResult(3), TranscriptLines.WithoutRequest(TranscriptLines.Message(4, "relay")), TranscriptLines.Message(5, "m5"), TranscriptLines.WithoutRequest(TranscriptLines.Message(6, "relay")));
        _folder.Append(_folder.MainPath("whole"), rows);
        var expected = _folder.Read(session: "whole").Requests.Select(request => request.Key).ToHashSet();
        for (var cut = 1; cut < rows.Length; cut++)
        {
            File.Delete(_folder.MainPath());
            _folder.Append(_folder.MainPath(), rows[..cut]);
            var first = _folder.Read();
            _folder.Append(_folder.MainPath(), rows[cut..]);
            var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

            Assert.Equal(expected, first.Requests.Concat(second.Requests).Select(request => request.Key).ToHashSet());
        }

        Assert.Equal(3, expected.Count);
    }

    [Fact]
    public void TheFirstRowWithoutAnId_HasTheFileReadAgainOnce()
    {
        Write(TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        var first = _folder.Read();
        var size = new FileInfo(_folder.MainPath()).Length;
        _folder.Append(_folder.MainPath(), TranscriptLines.WithoutRequest(TranscriptLines.Message(2, "relay")));
        var second = _folder.Read(first.Next);
        var line = TranscriptLines.WithoutRequest(TranscriptLines.Message(3, "relay"));
        _folder.Append(_folder.MainPath(), line);

        var third = _folder.Read(second.Next);

        Assert.Equal(size, first.BytesRead);
        Assert.Equal(2, second.Requests.Count);
        Assert.Equal(line.Length + 1, third.BytesRead);
    }

    [Fact]
    public void WithoutAnyId_WhatItFollowsTells()
    {
        string Row(double at) => Uuid().Replace(WithoutId(TranscriptLines.WithoutRequest(TranscriptLines.Message(at, "x"))), "", 1);
        Write(TranscriptLines.Prompt(0, "p0"), Row(1), TranscriptLines.ToolResult(2), Row(3));

        AssertTotal(2, 40);
    }

    [Fact]
    public void WithNothingAtAll_TheTimeTells()
    {
        string Row(double at) => Parent(Uuid().Replace(WithoutId(TranscriptLines.WithoutRequest(TranscriptLines.Message(at, "x"))), "", 1), null);
        _folder.Append(_folder.MainPath(), Row(1), Row(2), Row(2));

        AssertTotal(2, 40);
    }

    [Fact]
    public void StateOfARelaysFile_HoldsIdsOfRows_AndNoContent()
    {
        Write(TranscriptLines.Prompt(0, "p0-uuid", "a secret"), TranscriptLines.WithoutRequest(TranscriptLines.Message(1, "relay")));

        var state = Encoding.Latin1.GetString(_folder.Read().Next.Write());

        Assert.Contains("p0-uuid", state, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", state, StringComparison.Ordinal);
        Assert.DoesNotContain("relay", state, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_StaysBounded()
    {
        Write([TranscriptLines.Prompt(0, "p0"), .. Enumerable.Range(1, 2000).SelectMany(at => new[] { TranscriptLines.WithoutRequest(TranscriptLines.Message(at, "relay")), TranscriptLines.ToolResult(at + 0.5) })]);

        var reading = _folder.Read();

        Assert.Equal(2000, reading.Requests.Count);
        Assert.InRange(reading.Next.Write().Length, 1, 50_000);
    }

    public void Dispose() => _folder.Dispose();

    private static string WithoutId(string line) => line.Replace("\"id\":\"x\",", "", StringComparison.Ordinal);

    private static string Parent(string line, string? uuid) => line.Replace("\"parentUuid\":\"p\"", $"\"parentUuid\":{(uuid is null ? "null" : $"\"{uuid}\"")}", StringComparison.Ordinal);

    private static string UuidOf(string line) => Uuid().Match(line).Groups["id"].Value;

    private void Write(params string[] lines) => _folder.Append(_folder.MainPath(), TranscriptLines.InChain(lines));

    /// <summary>Reports and local totals agree.</summary>
    private void AssertTotal(int requests, long output)
    {
        Assert.Equal((requests, output), SessionFolder.Total(_folder.Read().Requests));
        Assert.Equal((requests, output), SessionFolder.Total(_folder.ReadAll().Requests));
    }

    [GeneratedRegex("\"uuid\":\"(?<id>[^\"]*)\",", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uuid();
}
