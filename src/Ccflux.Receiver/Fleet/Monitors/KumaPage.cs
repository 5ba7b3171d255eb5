using System.Text.Json;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>A monitor of Uptime Kuma.</summary>
/// <param name="Uptime">Over 24 hours, from 0 to 1, as calculated by Kuma; null if it does not state it.</param>
/// <param name="Heartbeats">The newest checks, oldest first.</param>
internal sealed record KumaMonitor(string Name, string Kind, double? Uptime, IReadOnlyList<KumaHeartbeat> Heartbeats);

/// <summary>A check of Uptime Kuma.</summary>
internal sealed record KumaHeartbeat(DateTimeOffset At, MonitorState State);

/// <summary>
/// The two answers of a status page: <c>{"publicGroupList":[{"monitorList":[{"id":1,"name":"API","type":"http"}]}]}</c> and
/// <c>{"heartbeatList":{"1":[{"status":1,"time":"2026-11-20 14:00:00.000","msg":"","ping":12}]},"uptimeList":{"1_24":0.998}}</c>.
/// Status 0 is down, 1 up, 2 pending, 3 maintenance; times are UTC.
/// </summary>
internal static class KumaPage
{
    private const int MaxMonitors = 100;
    private const int MaxHeartbeats = 200;

    public static IReadOnlyList<KumaMonitor> Parse(ReadOnlyMemory<byte> page, ReadOnlyMemory<byte> heartbeats)
    {
        using var pageDocument = JsonDocument.Parse(page);
        using var heartbeatsDocument = JsonDocument.Parse(heartbeats);
        if (!Has(pageDocument.RootElement, "publicGroupList", JsonValueKind.Array, out var groups) || !Has(heartbeatsDocument.RootElement, "heartbeatList", JsonValueKind.Object, out var lists))
        {
            throw new JsonException("This is not a status page of Uptime Kuma.");
        }

        Has(heartbeatsDocument.RootElement, "uptimeList", JsonValueKind.Object, out var uptimes);
        var monitors = new List<KumaMonitor>();
        foreach (var group in groups.EnumerateArray())
        {
            if (Has(group, "monitorList", JsonValueKind.Array, out var list))
            {
                monitors.AddRange(list.EnumerateArray().Select(item => Monitor(item, lists, uptimes)).OfType<KumaMonitor>());
            }
        }

        return [.. monitors.Take(MaxMonitors)];
    }

    private static KumaMonitor? Monitor(JsonElement item, JsonElement lists, JsonElement uptimes)
    {
        if (!Has(item, "id", JsonValueKind.Number, out var number) || !number.TryGetInt64(out var id) || !Has(item, "name", JsonValueKind.String, out var name))
        {
            return null;
        }

        var key = id.ToString(CultureInfo.InvariantCulture);
        var heartbeats = Has(lists, key, JsonValueKind.Array, out var list)
            ? list.EnumerateArray().TakeLast(MaxHeartbeats).Select(Heartbeat).OfType<KumaHeartbeat>().OrderBy(heartbeat => heartbeat.At).ToList()
            : [];
        double? uptime = Has(uptimes, key + "_24", JsonValueKind.Number, out var share) && share.GetDouble() is >= 0 and <= 1 and var known ? known : null;
        return new KumaMonitor(name.GetString()!, Has(item, "type", JsonValueKind.String, out var kind) ? kind.GetString()! : "", uptime, heartbeats);
    }

    private static KumaHeartbeat? Heartbeat(JsonElement item)
    {
        if (!Has(item, "status", JsonValueKind.Number, out var status) || !status.TryGetInt32(out var code) || !Has(item, "time", JsonValueKind.String, out var text)
            || !DateTimeOffset.TryParse(text.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return null;
        }

        return new KumaHeartbeat(at, code switch { 0 => MonitorState.Down, 1 => MonitorState.Up, 2 => MonitorState.Pending, 3 => MonitorState.Maintenance, _ => MonitorState.Unknown });
    }

    private static bool Has(JsonElement item, string name, JsonValueKind kind, out JsonElement value)
    {
        value = default;
        return item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out value) && value.ValueKind == kind;
    }
}
