using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccflux.Hook.Agent;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Install;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Telemetry;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux status</c>: shows whether reporting works, and exactly what is reported.</summary>
internal static class StatusCommand
{
    private const int Refused = 3;

    /// <returns>3 if the receiver refused the current token, as after <c>ccflux install</c>; else 0.</returns>
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

        return status.TokenRefused ? Refused : 0;
    }

    private static async Task<StatusReport> ReadAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var settings = SettingsSource.Find(state, out var why);
        var saved = SettingsSource.Read(state);
        var pausedIntervals = PausedIntervals.Load(state);
        var key = DeviceKey.Load(state.SigningKey);
        var last = Saved(state.LastReport, StateJson.Default.LastReport);
        var readings = Saved(state.LastReadings, QuotaStateJson.Default.LastReadings);
        var receiver = settings?.BaseAddress ?? (saved.Endpoint is { Length: > 0 } address ? Endpoint.Parse(address, allowHttp: true, out _) : null);
        var telemetry = TelemetryStatus.Read(TelemetryLayers.Of(state), receiver);
        string? reachable = null;
        var refused = false;
        if (settings is not null)
        {
            using var client = new ReceiverClient(settings.BaseAddress, new ClockSkew(time), Environment.GetEnvironmentVariable("CCFLUX_CA_CERT"));
            var answer = await client.GetHealthAsync(cancellationToken).ConfigureAwait(false);
            reachable = answer.IsSuccess ? "ok" : answer.Describe();
            refused = new AccessTokens(state, settings, client, time, new StateLog(state, time)).WasRefused;
        }

        return new StatusReport
        {
            Version = ClientVersion.Text,
            ConfigDir = state.ConfigDir,
            OldestClaudeCode = ClientVersion.OldestClaudeCode,
            LastClaudeCode = last?.Payload.Client.ClaudeCodeVersion,
            Hooks = HookStatus.Read(state),
            Endpoint = settings?.BaseAddress.ToString() ?? saved.Endpoint,
            ConfigurationProblem = settings is null ? why : null,
            StateProblem = state.Refusal(),
            DesktopSessions = DesktopFolders.Find().Count,
            BackfillRestsUntilUtc = BackfillNote.Read(state)?.Until,
            TokenSet = settings is not null || saved.Token is { Length: > 0 },
            TokenRefused = refused,
            PublicKey = key?.PublicBase64,
            KeyRegistered = key is not null && AtomicFile.Read(state.KeyRegistered) is { } registered
                && string.Equals(Encoding.ASCII.GetString(registered).Trim(), key.PublicBase64, StringComparison.Ordinal),
            KeyRevoked = File.Exists(state.KeyRevoked),
            Paused = pausedIntervals.IsPaused,
            PausedIntervals = pausedIntervals.Intervals,
            OutboxBytes = new OutboxFile(state).Waiting,
            OutboxFullSinceUtc = new FileInfo(state.OutboxFull) is { Exists: true } full ? new DateTimeOffset(full.LastWriteTimeUtc, TimeSpan.Zero) : null,
            Spooled = new SpoolFile(state.Spool).Read().Events.Count,
            Delivering = File.Exists(state.Lock) && DeliverLock.IsTaken(state.Lock),
            Reachable = reachable,
            Telemetry = telemetry.On,
            TelemetrySettings = telemetry,
            ReadingsWaiting = new ReadingSpool(state).Read().Waiting.Count,
            LastReadingsUtc = readings?.At,
            LastReadings = readings?.Payload,
            Fleet = FleetStatus.Read(new FleetDirectory(state)),
            LastReportUtc = last?.At,
            LastPayload = last?.Payload,
        };
    }

    private static T? Saved<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return AtomicFile.Read(path) is { } json ? JsonSerializer.Deserialize(json, type) : null;
        }
        catch (JsonException)
        {
            return null; // the next report rewrites it
        }
    }

    private static void Write(StatusReport status, TextWriter output)
    {
        output.WriteLine($"ccflux {status.Version}, for {status.ConfigDir}");
        output.WriteLine($"  Claude Code  {status.OldestClaudeCode} or newer{(status.LastClaudeCode is { } seen ? $"; last reported from {seen}" : "")}");
        output.WriteLine($"  Hooks        {(status.Hooks.Run ? "on" : "off: nothing is reported")}");
        foreach (var hookProblem in status.Hooks.Problems)
        {
            output.WriteLine($"               {hookProblem}");
        }

        output.WriteLine($"  Receiver     {status.Endpoint ?? "not set"}{(status.Reachable is { } reachable ? $" ({(reachable is "ok" ? "reachable" : reachable)})" : "")}");
        if (status.ConfigurationProblem is { } problem)
        {
            output.WriteLine($"               {problem}");
        }

        if (status.StateProblem is { } refusal)
        {
            output.WriteLine($"  Files        {refusal}");
        }

        output.WriteLine($"  Token        {(status.TokenRefused ? "refused by the receiver: ask your administrator for a new one" : status.TokenSet ? "set" : "not set")}");
        output.WriteLine($"  Device key   {(status.KeyRevoked ? "revoked by the administrator: nothing is sent" : status.PublicKey is null ? "created at the first report" : $"{status.PublicKey} ({(status.KeyRegistered ? "registered" : "not registered yet")})")}");
        output.WriteLine($"  Sending      {Sending(status)}");
        output.WriteLine($"  Waiting      {Plural.Of(status.OutboxBytes, "byte")} of {OutboxFile.MaxBytes / 1024 / 1024} MB, {Plural.Of(status.Spooled, "event")}, {Plural.Of(status.ReadingsWaiting, "quota reading")}");
        if (status.OutboxFullSinceUtc is { } full)
        {
            output.WriteLine($"               full since {Minute(full)}: transcripts are not read until there is room, and what is deleted from them meanwhile is lost");
        }

        if (status.BackfillRestsUntilUtc is { } rest)
        {
            output.WriteLine($"  Backfill     goes on with the first event after {Minute(rest)}: the receiver accepts no more history before");
        }

        if (status.DesktopSessions > 0)
        {
            output.WriteLine($"  Desktop      {status.DesktopSessions} {(status.DesktopSessions == 1 ? "session" : "sessions")} of Claude Desktop's agent mode on this machine: counted by 'ccflux usage', reported by no hook");
        }

        WriteTelemetry(status.TelemetrySettings, output);
        status.Fleet?.Write(output);
        foreach (var interval in status.PausedIntervals)
        {
            output.WriteLine($"  Never sent   {Minute(interval.From)} to {(interval.Until is { } until ? Minute(until) : "now")} ({interval.Reason})");
        }

        if (status.LastReadings is { } readings)
        {
            output.WriteLine($"  Last quota   {Minute(status.LastReadingsUtc!.Value)}; exactly as it was sent:");
            output.WriteLine(JsonSerializer.Serialize(readings, StatusJson.Default.ReadingBatch));
        }

        if (status.LastPayload is null)
        {
            output.WriteLine("  Last report  none yet");
            return;
        }

        output.WriteLine($"  Last report  {Minute(status.LastReportUtc!.Value)}; its newest request, exactly as it was sent:");
        output.WriteLine(JsonSerializer.Serialize(status.LastPayload, StatusJson.Default.RequestBatch));
    }

    private static string Sending(StatusReport status) => status switch
    {
        { Paused: true } => "paused: run 'ccflux resume' to resume",
        { KeyRevoked: true } => "nothing: the key is revoked",
        { TokenRefused: true } => "nothing until the token is replaced",
        { Delivering: true } => "delivering right now",
        { Hooks.Run: true } => "on",
        _ => "on, but no hook will run",
    };

    private static void WriteTelemetry(TelemetryStatus telemetry, TextWriter output)
    {
        var details = telemetry.On ? $", by {telemetry.SetIn}: {telemetry.Protocol ?? "no protocol"} to {telemetry.Endpoint ?? "no endpoint"}" : "";
        output.WriteLine($"  Telemetry    {(telemetry.On ? "on" : "off")} (Claude Code's own{details})");
        foreach (var problem in telemetry.Problems)
        {
            output.WriteLine($"               {problem}");
        }

        if (telemetry.ToSet.Count > 0)
        {
            output.WriteLine("               To send it to the receiver: ccflux install --telemetry --telemetry-token-file FILE, or set for Claude Code:");
            foreach (var line in telemetry.ToSet)
            {
                output.WriteLine($"                 {line}");
            }
        }
    }

    private static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
