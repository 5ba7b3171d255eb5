using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;
using Microsoft.Extensions.Configuration;

namespace Ccflux.Receiver.Tests.Platform.Settings;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Read_NothingSet_GivesDefaults()
    {
        var options = Reader().Read<HttpOptions>();

        Assert.Equal("0.0.0.0:8080", options.ListenAddress);
        Assert.Equal(64, options.BodyLimitKb);
    }

    [Fact]
    public void Read_SeveralFaults_NamesEachKeyAtOnce()
    {
        var reader = Reader(("BODY_LIMIT_KB", "many"), ("RATE_LIMIT_PER_MINUTE", "0"), ("LISTEN_ADDR", "8080"), ("DATABASE_URL", "postgres://u:hidden@h/d"), ("TRUSTED_PROXIES", "10.0.0.0/99"));
        _ = reader.Read<HttpOptions>();
        _ = reader.Read<DatabaseOptions>();

        var faults = Assert.Throws<InvalidSettingsException>(reader.ThrowIfFaulty).Faults;

        Assert.Equal(["LISTEN_ADDR", "TRUSTED_PROXIES", "BODY_LIMIT_KB", "RATE_LIMIT_PER_MINUTE", "DATABASE_URL"], faults.Select(fault => fault.Split(':')[0]), StringComparer.Ordinal);
        Assert.DoesNotContain("hidden", string.Concat(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("no", false)]
    [InlineData("0", false)]
    public void Read_Switch_TakesWordsAndDigits(string text, bool expected) =>
        Assert.Equal(expected, Reader(("COOKIE_SECURE", text)).Read<AdminOptions>().CookieSecure);

    [Fact]
    public void Read_BlankValue_IsUnset() => Assert.Null(Reader(("ADMIN_TOKEN", "  ")).Read<AdminOptions>().AdminToken);

    [Fact]
    public void Read_OlderName_CountsWhereTheOwnNameIsUnset()
    {
        Assert.Equal("old.db", Reader(("DB_PATH", "old.db")).Read<DatabaseOptions>().Path);
        Assert.Equal("new.db", Reader(("DB_PATH", "old.db"), ("DATABASE_PATH", "new.db")).Read<DatabaseOptions>().Path);
    }

    [Fact]
    public void Resolved_Secrets_AreShownAsSetOrUnset()
    {
        var reader = Reader(("ADMIN_TOKEN", "do-not-show"));
        _ = reader.Read<AdminOptions>();

        var lines = reader.Resolved.Select(setting => setting.ToString()).ToArray();

        Assert.Contains("ADMIN_TOKEN=set", lines, StringComparer.Ordinal);
        Assert.Contains("VIEWER_TOKEN=unset", lines, StringComparer.Ordinal);
        Assert.Contains("COOKIE_SECURE=unset (default)", lines, StringComparer.Ordinal);
        Assert.DoesNotContain(lines, line => line.Contains("do-not-show", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_ViewerTokenEqualToAdminToken_IsAFault()
    {
        var reader = Reader(("ADMIN_TOKEN", "same"), ("VIEWER_TOKEN", "same"));
        _ = reader.Read<AdminOptions>();

        Assert.StartsWith("VIEWER_TOKEN: must differ", Assert.Throws<InvalidSettingsException>(reader.ThrowIfFaulty).Faults.Single(), StringComparison.Ordinal);
    }

    private static SettingsReader Reader(params (string Key, string Value)[] values) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
        .Build());
}
