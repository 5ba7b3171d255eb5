using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
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
        Assert.Contains("EMAIL or --id", neither.Error, StringComparison.Ordinal);
        Assert.Equal((0, "Revoked jo@example.org."), (revoked.ExitCode, revoked.Output.Trim()));
    }

    [Fact]
    public async Task Import_Csv_AddsWhatIsRightAndNamesTheLinesThatAreNot()
    {
        var outcome = await _receiver.RunAsync("\uFEFFemail,division,days\nkai@example.org,\"Ops, night\",30\n\nnobody\nlee@example.org,Ops,never\nkai@example.org,Ops,30\n", ["users", "import", "-"]);
        var list = await _receiver.RunAsync("users", "list");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Matches("^email,token,telemetry_token,endpoint\nkai@example.org,rtok_[^,\n]+,ttok_[^,\n]+,https://ccflux.example.org\n$", outcome.Output);
        Assert.Contains("line 4: E-mail", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("line 5: days", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("1 added, 1 already had a live token, 2 failed.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("Ops, night", list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_WithoutBaseUrl_PrintsTheTokensAndNoLineThatCannotWork()
    {
        using var receiver = new ReceiverProcess();

        var added = await receiver.RunAsync("users", "add", "amara@example.org");

        Assert.Equal((0, ""), (added.ExitCode, added.Error));
        Assert.Matches("token +rtok_", added.Output);
        Assert.Matches("Telemetry token +ttok_", added.Output);
        Assert.Contains("BASE_URL", added.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("OTEL_", added.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ccflux install", added.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_BesideWhatListensOnItsPorts_SaysNothingOfThem()
    {
        // The default addresses, which are checked before the receiver listens on them.
        using var http = Taken(4318);
        using var grpc = Taken(4317);
        using var receiver = new ReceiverProcess().With("OTLP_HTTP_ADDR", "127.0.0.1:4318").With("OTLP_GRPC_ADDR", "127.0.0.1:4317");

        var added = await receiver.RunAsync("users", "add", "amara@example.org");

        Assert.Equal((0, ""), (added.ExitCode, added.Error));
        Assert.StartsWith("Added", added.Output, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Command_WithSomethingToLog_KeepsItOffTheOutput()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await _receiver.RunAsync("users", "add", "amara@example.org");
        File.SetUnixFileMode(_receiver.DatabasePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var outcome = await _receiver.RunAsync("kai@example.org\n", ["users", "import", "-"]);

        Assert.StartsWith("email,token", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warn", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("could be opened by other users", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users", "list")]
    [InlineData("export", "page.html")]
    [InlineData("backup", "copy.db")]
    public async Task ReadOnlyCommand_WithoutADatabase_MakesNone(params string[] arguments)
    {
        var outcome = await _receiver.RunAsync(arguments);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("There is no database at", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_receiver.Folder));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("users")]
    [InlineData("users", "nonsense")]
    [InlineData("users", "add")]
    [InlineData("users", "list", "--nonsense")]
    [InlineData("fleet", "nonsense")]
    [InlineData("backup")]
    public async Task CommandLine_NotUnderstood_Is2WithHelpOnStderr(params string[] arguments)
    {
        var outcome = await _receiver.RunAsync(arguments);

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("Usage:", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("users", "--help")]
    [InlineData("users", "import", "--help")]
    [InlineData("fleet", "grant", "--help")]
    [InlineData("restore", "--help")]
    public async Task Help_IsAskedFor_AndIsNoFault(params string[] arguments)
    {
        var outcome = await _receiver.RunAsync(arguments);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("Usage:", outcome.Output, StringComparison.Ordinal);
    }

    /// <summary>Occupies a port, if it is still free.</summary>
    private static TcpListener? Taken(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            return null;
        }
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
        var id = SessionLine().Match(before.Output).Groups["id"].Value;
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

    [GeneratedRegex("(?<id>[0-9a-f]{12})  admin ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SessionLine();

    [GeneratedRegex("rtok_[A-Za-z0-9_-]+", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
