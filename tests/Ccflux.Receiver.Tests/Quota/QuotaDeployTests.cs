using System.Reflection;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.Extensions.Configuration;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary><c>deploy/quota/</c> contains every setting that its user may want, and none that does not exist.</summary>
public sealed class QuotaDeployTests
{
    /// <summary>Set by the compose file, or for tests only.</summary>
    private static readonly string[] s_notForUsers = ["QUOTA_PUBLIC", "ENV_FILE", "CLAUDE_AI_URL", "ANTHROPIC_API_URL", "ALLOW_TEST_UPSTREAMS", "ALERT_TELEGRAM_URL"];

    [Fact]
    public async Task EnvExample_NamesEverySetting()
    {
        var known = new[] { typeof(QuotaOptions), typeof(AlertOptions), typeof(ChannelOptions) }
            .SelectMany(type => type.GetProperties())
            .Select(property => property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name)
            .OfType<string>()
            .Except(s_notForUsers, StringComparer.Ordinal)
            .Append("ADMIN_TOKEN")
            .Append("ALLOWED_HOSTS");

        var lines = await File.ReadAllLinesAsync(Repository.PathOf("deploy/quota/.env.example"), TestContext.Current.CancellationToken);
        var named = lines.Select(line => line.TrimStart('#')).Where(line => line.Contains('=', StringComparison.Ordinal)).Select(line => line.Split('=')[0]);

        Assert.Equal(known.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }
}
