using System.Text.RegularExpressions;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Cli;

public sealed partial class UsersCommandTests : IDisposable
{
    private readonly ReceiverProcess _receiver = new ReceiverProcess().With("BASE_URL", "https://ccflux.example.org");

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task Add_NewUser_PrintsTheTokenOnceWithTheAddress()
    {
        var added = await _receiver.RunAsync("users", "add", "Amara@Example.org", "--division", "Design");
        var again = await _receiver.RunAsync("users", "add", "amara@example.org");
        var list = await _receiver.RunAsync("users", "list");

        var token = Token().Match(added.Output).Value;
        Assert.Equal((0, ""), (added.ExitCode, added.Error));
        Assert.Contains("https://ccflux.example.org", added.Output, StringComparison.Ordinal);
        Assert.True(token.Length > 40, added.Output);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("Reissue", again.Error, StringComparison.Ordinal);
        Assert.Matches("amara@example.org +active +[0-9-]+ +never +Design", list.Output);
        Assert.DoesNotContain(token, list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reissue_GivesAnotherToken_RevokeEndsIt()
    {
        var added = await _receiver.RunAsync("users", "add", "jo@example.org");
        var reissued = await _receiver.RunAsync("users", "reissue", "jo@example.org");
        var revoked = await _receiver.RunAsync("users", "revoke", "jo@example.org");
        var list = await _receiver.RunAsync("users", "list");

        Assert.NotEqual(Token().Match(added.Output).Value, Token().Match(reissued.Output).Value);
        Assert.Matches("Authorization=Bearer ttok_", added.Output);
        Assert.Matches("Authorization=Bearer ttok_", reissued.Output);
        Assert.Equal((0, "Revoked jo@example.org."), (revoked.ExitCode, revoked.Output.Trim()));
        Assert.Matches("jo@example.org +revoked", list.Output);
    }

    [Fact]
    public async Task Revoke_ByNumber_EndsTheTokenAndNeedsOneOfBothNames()
    {
        await _receiver.RunAsync("users", "add", "jo@example.org");

        var neither = await _receiver.RunAsync("users", "revoke");
        var both = await _receiver.RunAsync("users", "revoke", "jo@example.org", "--id", "1");
        var unknown = await _receiver.RunAsync("users", "revoke", "--id", "7");
        var revoked = await _receiver.RunAsync("users", "revoke", "--id", "1");

        Assert.Equal((1, 1, 1), (neither.ExitCode, both.ExitCode, unknown.ExitCode));
        Assert.Contains("EMAIL or by --id", neither.Error, StringComparison.Ordinal);
        Assert.Equal((0, "Revoked jo@example.org."), (revoked.ExitCode, revoked.Output.Trim()));
    }

    [Fact]
    public async Task Import_Csv_AddsWhatIsRightAndNamesTheLinesThatAreNot()
    {
        var outcome = await _receiver.RunAsync("\uFEFFemail,division,days\nkai@example.org,\"Ops, night\",30\n\nnobody\nlee@example.org,Ops,never\nkai@example.org,Ops,30\n", ["users", "import", "-"]);
        var list = await _receiver.RunAsync("users", "list");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Matches("^email,token\nkai@example.org,rtok_[^\n]+\n$", outcome.Output);
        Assert.Contains("line 4: E-mail", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("line 5: days", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("1 added, 1 had a live token already, 2 not taken.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("Ops, night", list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_AreListedAndEnded()
    {
        using var receiver = new ReceiverProcess().With("ADMIN_TOKEN", "a");
        await receiver.StartAsync();
        using var client = new HttpClient { BaseAddress = receiver.Address };
        using var form = new FormUrlEncodedContent([new("token", "a")]);
        using var signedIn = await client.PostAsync(new Uri("/admin/login", UriKind.Relative), form, TestContext.Current.CancellationToken);
        var page = await signedIn.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var before = await receiver.RunAsync("sessions", "list");
        var id = SessionLine().Match(before.Output).Groups[1].Value;
        var ended = await receiver.RunAsync("sessions", "end", id);
        var again = await receiver.RunAsync("sessions", "end", id);
        using var after = await client.GetAsync(new Uri("/docs/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains("ADMIN_TOKEN can be guessed", page, StringComparison.Ordinal);
        Assert.Equal((0, 0, 1), (before.ExitCode, ended.ExitCode, again.ExitCode));
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task Settings_Wrong_AreAllNamedAndNothingStarts()
    {
        using var receiver = new ReceiverProcess().With("RATE_LIMIT_PER_MINUTE", "often").With("DATABASE_URL", "postgres://user:pass@host/db").With("ADMIN_TOKEN", "same").With("VIEWER_TOKEN", "same");

        var outcome = await receiver.RunAsync();

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("RATE_LIMIT_PER_MINUTE", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("DATABASE_URL", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("VIEWER_TOKEN", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(receiver.PathOf("ccflux.db")));
    }

    [GeneratedRegex("([0-9a-f]{12})  admin ", RegexOptions.None, 1000)]
    private static partial Regex SessionLine();

    [GeneratedRegex("rtok_[A-Za-z0-9_-]+", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
