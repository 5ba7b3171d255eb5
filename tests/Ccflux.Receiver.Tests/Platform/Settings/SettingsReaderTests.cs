using Ccflux.Receiver.Fleet;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Quota;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
    public void Check_FaultsOfSeveralClasses_NamesEachKeyAtOnce()
    {
        var faults = Faults(
            ("BODY_LIMIT_KB", "many"), ("RATE_LIMIT_PER_MINUTE", "0"), ("LISTEN_ADDR", "8080"), ("DATABASE_URL", "postgres://u:hidden@h/d"), ("TRUSTED_PROXIES", "10.0.0.0/99"));

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
        using var services = Services(("ADMIN_TOKEN", "do-not-show")).BuildServiceProvider();

        var lines = services.ResolvedSettings().Select(setting => setting.ToString()).ToArray();

        Assert.Contains("ADMIN_TOKEN=set", lines, StringComparer.Ordinal);
        Assert.Contains("VIEWER_TOKEN=unset", lines, StringComparer.Ordinal);
        Assert.Contains("COOKIE_SECURE=unset (default)", lines, StringComparer.Ordinal);
        Assert.DoesNotContain(lines, line => line.Contains("do-not-show", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_ViewerTokenEqualToAdminToken_IsAFault() =>
        Assert.StartsWith("VIEWER_TOKEN: must differ", Faults(("ADMIN_TOKEN", "same"), ("VIEWER_TOKEN", "same")).Single(), StringComparison.Ordinal);

    [Fact]
    public void Options_OfValidSettings_AreTheSameHoweverTheyAreAskedFor()
    {
        using var services = Services(("BODY_LIMIT_KB", "65")).BuildServiceProvider();

        Assert.Equal(65, services.GetRequiredService<HttpOptions>().BodyLimitKb);
        Assert.Same(services.GetRequiredService<HttpOptions>(), services.GetRequiredService<IOptions<HttpOptions>>().Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Check_RuleAcrossSlices_ComparesInvalidSettingsTooWhateverWasRegisteredFirst(bool fleetFirst)
    {
        // The fleet's keys would be in the database's folder, and the database has a fault of its own.
        var configuration = ConfigurationOf([("FLEET", "1"), ("VAULT_KEY_PATH", "/srv/data/keys"), ("DATABASE_PATH", "/srv/data/ccflux.db"), ("DATABASE_URL", "postgres://h/d")]);
        var services = new ServiceCollection();
        Action[] slices = [() => services.AddFleet(configuration), () => services.AddStorage(), () => services.AddQuota()];
        Array.ForEach(fleetFirst ? slices : [.. slices.Reverse()], add => add());

        var faults = Assert.Throws<InvalidSettingsException>(() => services.CheckSettings(configuration)).Faults;

        Assert.Equal(["DATABASE_URL", "VAULT_KEY_PATH"], faults.Select(fault => fault.Split(':')[0]).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private static IReadOnlyList<string> Faults(params (string Key, string Value)[] values) =>
        Assert.Throws<InvalidSettingsException>(() => Services(values).CheckSettings(ConfigurationOf(values))).Faults;

    private static SettingsReader Reader(params (string Key, string Value)[] values) => new(ConfigurationOf(values));

    private static ServiceCollection Services(params (string Key, string Value)[] values)
    {
        var services = new ServiceCollection();
        services.AddSingleton(ConfigurationOf(values));
        services.AddSettings<HttpOptions>();
        services.AddSettings<DatabaseOptions>();
        services.AddSettings<AdminOptions>();
        return services;
    }

    private static IConfiguration ConfigurationOf((string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
        .Build();
}
