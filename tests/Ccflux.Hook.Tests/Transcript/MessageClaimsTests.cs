using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>A message counts once on a machine, also across restarts.</summary>
public sealed class MessageClaimsTests : IDisposable
{
    private static readonly DateTimeOffset Now = TranscriptLines.Start.AddDays(1);

    private readonly SessionFolder _folder = new();

    private string ClaimsPath => Path.Combine(_folder.ConfigDir, "messages.ledger");

    [Fact]
    public void Fork_InALaterProcess_CountsOnlyItsOwn()
    {
        string[] parent = [TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), TranscriptLines.Prompt(2, "p1"), TranscriptLines.Failure(3, "f1")];
        _folder.Append(_folder.MainPath("parent"), parent);
        _folder.Append(_folder.MainPath("fork"), [TranscriptLines.Enqueue(10), .. parent, TranscriptLines.Prompt(11, "own")]);
        _folder.Claims = MessageClaims.Load(ClaimsPath);
        _folder.Scan(session: "parent");
        _folder.Claims.Save(Now);
        _folder.Claims = MessageClaims.Load(ClaimsPath);

        var turn = Assert.Single(_folder.Scan(session: "fork").Turns);

        Assert.Equal(2, turn.TurnIndex);
        Assert.Empty(turn.Models);
    }

    [Fact]
    public void UnsavedClaims_AreForgotten_SavedOnesAreTheSessionsOwn()
    {
        Take("a", id: 1, save: false);
        Take("b", id: 1, save: true);

        Assert.False(Take("a", id: 1, save: false));
        Assert.True(Take("b", id: 1, save: false));
    }

    [Fact]
    public void EntriesOlderThan30Days_GoWhenTheFileIsWrittenAnew()
    {
        var claims = MessageClaims.Load(ClaimsPath);
        for (ulong id = 1; id <= 3000; id++)
        {
            claims.Take(id, owner: 1, new ClaimNumber(0, (int)id), Now.AddDays(id <= 1500 ? -40 : -10).ToUnixTimeMilliseconds());
        }

        claims.Save(Now);
        for (var round = 1; round < 4; round++)
        {
            for (ulong id = 1501; id <= 3000; id++)
            {
                claims.Take(id, owner: 1, new ClaimNumber((byte)round, (int)id), Now.AddDays(-10).ToUnixTimeMilliseconds());
            }

            claims.Save(Now);
        }

        Assert.True(Take("someone else", id: 1, save: false));
        Assert.False(Take("someone else", id: 1501, save: false));
        Assert.InRange(new FileInfo(ClaimsPath).Length, 1500 * 24, 3 * 3000 * 24);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    public void TornFile_KeepsItsWholeEntries(int cut)
    {
        Take("a", id: 1, save: true);
        Take("a", id: 2, save: true);
        using (var file = new FileStream(ClaimsPath, FileMode.Open))
        {
            file.SetLength(file.Length - cut);
        }

        Assert.Equal(cut > 24, Take("b", id: 1, save: true));
        Assert.True(Take("b", id: 2, save: true));
        Assert.False(Take("c", id: 2, save: false));
    }

    [Fact]
    public void FileOfSomethingElse_StartsEmpty()
    {
        File.WriteAllText(ClaimsPath, "something else entirely, long enough to hold entries of twenty-four bytes");

        Assert.True(Take("a", id: 1, save: true));
        Assert.False(Take("b", id: 1, save: false));
    }

    [Fact]
    public void HoldsNoIdsAndNoNames()
    {
        _folder.Append(_folder.MainPath("parent"), TranscriptLines.Prompt(0, "p0-uuid"), TranscriptLines.Message(1, "msg_01secret"));
        _folder.Claims = MessageClaims.Load(ClaimsPath);
        var state = _folder.Scan(session: "parent").Next;
        _folder.Claims.Save(Now);

        var written = System.Text.Encoding.Latin1.GetString([.. File.ReadAllBytes(ClaimsPath), .. state.Write()]);

        Assert.DoesNotContain("msg_", written, StringComparison.Ordinal);
        Assert.DoesNotContain("uuid", written, StringComparison.Ordinal);
        Assert.DoesNotContain("do it", written, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private bool Take(string owner, ulong id, bool save)
    {
        var claims = MessageClaims.Load(ClaimsPath);
        var claim = claims.Take(id, IdHash.Of(System.Text.Encoding.UTF8.GetBytes(owner)), new ClaimNumber(0, 0), Now.ToUnixTimeMilliseconds());
        if (save)
        {
            claims.Save(Now);
        }

        return claim.IsOwn;
    }
}
