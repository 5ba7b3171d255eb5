using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux status</c>: whether reporting works, and exactly what is reported.</summary>
internal static class StatusCommand
{
    public static async Task<int> RunAsync(StateDirectory state, bool json, TextWriter output, CancellationToken cancellationToken)
    {
        var status = await ReadAsync(state, cancellationToken).ConfigureAwait(false);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(status, StatusJson.Default.StatusReport)).ConfigureAwait(false);
        }
        else
        {
            Write(status, output);
        }

        return 0;
    }

    private static async Task<StatusReport> ReadAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var settings = SettingsSource.Find(state, out var why);
        var saved = SettingsSource.Read(state);
        var silence = Silence.Load(state);
        var key = DeviceKey.Load(state);
        var last = LastReport(state);
        string? reachable = null;
        var refused = false;
        if (settings is not null)
        {
            using var wire = new Wire(settings.BaseAddress, new ClockSkew(time), Environment.GetEnvironmentVariable("CCFLUX_CA_CERT"));
            var answer = await wire.GetHealthAsync(cancellationToken).ConfigureAwait(false);
            reachable = answer.IsSuccess ? "ok" : answer.Describe();
            refused = new AccessTokens(state, settings, wire, time, new StateLog(state, time)).WasRefused;
        }

        return new StatusReport
        {
            Version = ClientVersion.Text,
            ConfigDir = state.ConfigDir,
            Endpoint = settings?.BaseAddress.ToString() ?? saved.Endpoint,
            ConfigurationProblem = settings is null ? why : null,
            TokenSet = settings is not null || saved.Token is { Length: > 0 },
            TokenRefused = refused,
            PublicKey = key?.PublicBase64,
            KeyRegistered = key is not null && AtomicFile.Read(state.KeyRegistered) is { } registered
                && string.Equals(Encoding.ASCII.GetString(registered).Trim(), key.PublicBase64, StringComparison.Ordinal),
            KeyRevoked = File.Exists(state.KeyRevoked),
            Paused = silence.IsPaused,
            Silence = silence.Intervals,
            Queued = AtomicFile.Read(state.Queue)?.AsSpan().Count((byte)'\n') ?? 0,
            Spooled = new SpoolFile(state.Spool).Read().Events.Count,
            Delivering = File.Exists(state.Lock) && DeliverLock.IsTaken(state.Lock),
            Reachable = reachable,
            Telemetry = TelemetryIsOn(state),
            LastReportUtc = last?.At,
            LastPayload = last?.Payload,
        };
    }

    private static LastReport? LastReport(StateDirectory state)
    {
        try
        {
            return AtomicFile.Read(state.LastReport) is { } json ? JsonSerializer.Deserialize(json, StateJson.Default.LastReport) : null;
        }
        catch (JsonException)
        {
            return null; // the next report writes it anew
        }
    }

    private static bool TelemetryIsOn(StateDirectory state)
    {
        var value = Environment.GetEnvironmentVariable("CLAUDE_CODE_ENABLE_TELEMETRY");
        try
        {
            value ??= AtomicFile.Read(Path.Combine(state.ConfigDir, "settings.json")) is { } json
                && JsonNode.Parse(json)?["env"]?["CLAUDE_CODE_ENABLE_TELEMETRY"] is { } setting ? setting.ToString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false; // the client cannot read such settings either
        }

        return value is "1" or "true";
    }

    private static void Write(StatusReport status, TextWriter output)
    {
        output.WriteLine($"ccflux {status.Version}, for {status.ConfigDir}");
        output.WriteLine($"  Receiver     {status.Endpoint ?? "not set"}{(status.Reachable is { } reachable ? $" ({(reachable is "ok" ? "reachable" : reachable)})" : "")}");
        if (status.ConfigurationProblem is { } problem)
        {
            output.WriteLine($"               {problem}");
        }

        output.WriteLine($"  Token        {(status.TokenRefused ? "refused by the receiver: ask your administrator for a new one" : status.TokenSet ? "set" : "not set")}");
        output.WriteLine($"  Device key   {(status.KeyRevoked ? "revoked by the administrator: nothing is sent" : status.PublicKey is null ? "made at the first report" : $"{status.PublicKey} ({(status.KeyRegistered ? "registered" : "not registered yet")})")}");
        output.WriteLine($"  Sending      {(status.Paused ? "paused: run 'ccflux resume' to go on" : status.Delivering ? "delivering right now" : "on")}");
        output.WriteLine($"  Waiting      {status.Queued} turns, {status.Spooled} events");
        output.WriteLine($"  Telemetry    {(status.Telemetry ? "on" : "off")} (Claude Code's own)");
        foreach (var interval in status.Silence)
        {
            output.WriteLine($"  Never sent   {Minute(interval.From)} to {(interval.Until is { } until ? Minute(until) : "now")} ({interval.Reason})");
        }

        if (status.LastPayload is null)
        {
            output.WriteLine("  Last report  none yet");
            return;
        }

        output.WriteLine($"  Last report  {Minute(status.LastReportUtc!.Value)}; its newest turn, exactly as it was sent:");
        output.WriteLine(JsonSerializer.Serialize(status.LastPayload, StatusJson.Default.TurnBatch));
    }

    private static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
