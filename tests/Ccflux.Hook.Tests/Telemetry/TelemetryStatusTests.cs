using Ccflux.Hook.Telemetry;
using Xunit;

namespace Ccflux.Hook.Tests.Telemetry;

public sealed class TelemetryStatusTests : IDisposable
{
    private static readonly Uri s_receiver = new("https://ccflux.example.org/");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccflux-telemetry-");

    private string Managed => _folder.FullName;

    private string Settings => Path.Combine(_folder.FullName, "settings.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_NothingSet_IsOffAndNamesWhatToSet()
    {
        var status = Read();

        Assert.False(status.On);
        Assert.Empty(status.Problems);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT=https://ccflux.example.org", status.ToSet);
        Assert.Contains("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", status.ToSet);
    }

    [Fact]
    public void Read_WhatInstallSets_LacksNothing()
    {
        var status = Read(TelemetryVariables.For(s_receiver, "ttok_x"));

        Assert.True(status.On);
        Assert.Equal("environment", status.SetIn);
        Assert.Empty(status.Problems);
        Assert.Empty(status.ToSet);
    }

    [Fact]
    public void Read_SecretsAnywhere_ShowsNone()
    {
        var variables = new Dictionary<string, string>(TelemetryVariables.For(s_receiver, "marked-secret"), StringComparer.Ordinal)
        {
            [TelemetryVariables.Endpoint] = "https://user:marked-secret@ccflux.example.org/marked-secret?key=marked-secret",
            [TelemetryVariables.Protocol] = "marked-secret",
        };

        var status = Read(variables);

        Assert.Equal("https://ccflux.example.org", status.Endpoint);
        Assert.True(status.HeadersSet);
        Assert.DoesNotContain("marked-secret", string.Join('\n', [.. status.Problems, .. status.ToSet, status.Protocol, status.ToString()]), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EnabledAndNothingElse_NamesEveryGap()
    {
        var status = Read(new Dictionary<string, string>(StringComparer.Ordinal) { [TelemetryVariables.Enable] = "true" });

        Assert.True(status.On);
        Assert.Equal(5, status.Problems.Count);
        Assert.NotEmpty(status.ToSet);
    }

    [Fact]
    public void Read_AnotherAddress_SaysSo()
    {
        var status = Read(TelemetryVariables.For(new Uri("https://elsewhere.example.org/"), "x"));

        Assert.Contains("a different host", Assert.Single(status.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManagedSettings_WinOverTheUsersAndDropInsOverTheMainFile()
    {
        File.WriteAllText(Settings, """{"env":{"CLAUDE_CODE_ENABLE_TELEMETRY":"0"}}""");
        File.WriteAllText(Path.Combine(Managed, "managed-settings.json"), """{"env":{"CLAUDE_CODE_ENABLE_TELEMETRY":1,"OTEL_EXPORTER_OTLP_PROTOCOL":"grpc"}}""");
        Directory.CreateDirectory(Path.Combine(Managed, "managed-settings.d"));
        File.WriteAllText(Path.Combine(Managed, "managed-settings.d", "10.json"), """{"env":{"OTEL_EXPORTER_OTLP_PROTOCOL":"http/json"}}""");
        File.WriteAllText(Path.Combine(Managed, "managed-settings.d", "20.json"), "damaged");

        var status = Read();

        Assert.True(status.On);
        Assert.Equal("managed settings", status.SetIn);
        Assert.Equal("http/json", status.Protocol);
    }

    private TelemetryStatus Read(IReadOnlyDictionary<string, string>? environment = null) =>
        TelemetryStatus.Read(TelemetryLayers.Of(Managed, Settings, name => environment?.GetValueOrDefault(name)), s_receiver);
}
