using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Usage.Pages.Parts;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Tests.Usage.Pages;

public sealed class AttentionLineTests
{
    private static readonly PageLink s_page = new("/admin/", [new("period", "7d"), new("seats.q", "data"), new("seats.page", "2")]);
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void WindowNearLimit_OfAnObservedLimit_SaysSoAndLeadsToThePerson()
    {
        var line = AttentionLine.Of(new Attention(AttentionKind.WindowNearLimit, ["hana.sato@example.org"], 1, 0.92, OfLimit: true, Now.AddMinutes(28), ""), Now, s_page);

        Assert.Equal((Tone.Bad, "hana.sato", "is at 92\u00A0% of their usage at the last 5-hour limit hit", "the window ends in 28 m", "/admin/users/hana.sato%40example.org"), (line.Tone, line.Subject, line.Says, line.Detail, line.Href));
    }

    [Fact]
    public void WindowNearLimit_InAFileThatIsKept_SaysWhenItEnds()
    {
        var item = new Attention(AttentionKind.WindowNearLimit, ["hana.sato@example.org"], 1, 0.92, OfLimit: true, Now.AddMinutes(28), "");

        Assert.Equal("the window ends 2026-11-20 12:28:00 UTC", AttentionLine.Of(item, Now, s_page, isExport: true).Detail);
    }

    [Fact]
    public void LimitHit_WithoutAName_SaysThatTheWindowIsUnknown() =>
        Assert.Equal("limit event, window unknown", AttentionLine.Of(new Attention(AttentionKind.LimitHit, ["a@b"], 1, null, false, Now, ""), Now, s_page).Detail);

    [Theory]
    [InlineData(1, "1 person", "has a seat but has never reported")]
    [InlineData(2, "2 people", "have a seat but have never reported")]
    public void NeverReported_LeadsToThoseAlone(int count, string subject, string says)
    {
        var line = AttentionLine.Of(new Attention(AttentionKind.NeverReported, ["a@x"], count, null, false, null, ""), Now, s_page);

        Assert.Equal((subject, says, "/admin/?period=7d&seats.view=never#seats"), (line.Subject, line.Says, line.Href));
    }

    [Fact]
    public void Silent_MoreThanAreNamed_CountsTheRest()
    {
        var line = AttentionLine.Of(new Attention(AttentionKind.Silent, ["a@x", "b@x"], 5, null, false, null, ""), Now, s_page);

        Assert.Equal(("5 people", "have gone silent", "a, b and 3 more"), (line.Subject, line.Says, line.Detail));
        Assert.Equal("/admin/?period=7d&seats.view=silent#seats", line.Href);
    }

    [Theory]
    [InlineData(1, "has a request that ben has too")]
    [InlineData(1200, "has 1\u202F200 requests that ben has too")]
    public void SharedRequests_NamesBoth_AndLeadsToTheForm(int requests, string says)
    {
        var line = AttentionLine.Of(new Attention(AttentionKind.SharedRequests, ["amara@x", "ben@x"], requests, null, false, Now, ""), Now, s_page);

        Assert.Equal((Tone.Warn, "amara", says, "/admin/users/amara%40x#shared"), (line.Tone, line.Subject, line.Says, line.Href));
    }
}
