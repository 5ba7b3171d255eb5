using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds "Needs attention": what an admin should see first. It ignores all filters, but not the data scope.</summary>
internal static class AttentionPanel
{
    /// <summary>A window at or above this share counts as near its limit.</summary>
    private const double NearLimit = 0.8;

    /// <summary>Maximum lines of one kind; further ones appear once these are dealt with.</summary>
    private const int MaxLines = 3;

    public static IReadOnlyList<Attention> Build(
        UsageSnapshot snapshot,
        IReadOnlyDictionary<int, OpenWindow> open,
        IReadOnlyList<DeviceRow> devices,
        IReadOnlyList<SeatRow> seats,
        PeriodTotals recent,
        string? database) =>
    [
        .. Database(database),
        .. Windows(snapshot, open),
        .. LimitHits(snapshot),
        .. Devices(devices, DeviceStatus.WaitingForApproval, AttentionKind.DeviceWaiting),
        .. Devices(devices, DeviceStatus.RegisteredAgain, AttentionKind.DeviceRegisteredAgain),
        .. Seats(seats),
        .. Shared(snapshot),
        .. Unpriced(snapshot, recent),
    ];

    private static IEnumerable<Attention> Database(string? warning) =>
        warning is null ? [] : [new Attention(AttentionKind.DatabaseSize, [], 1, null, false, null, warning)];

    private static IEnumerable<Attention> Windows(UsageSnapshot snapshot, IReadOnlyDictionary<int, OpenWindow> open) =>
        open.Where(pair => pair.Value.Share >= NearLimit)
            .OrderByDescending(pair => pair.Value.ShareOfLimit)
            .ThenByDescending(pair => pair.Value.Share)
            .Take(MaxLines)
            .Select(pair => new Attention(
                AttentionKind.WindowNearLimit, [snapshot.User(pair.Key).Email], 1, pair.Value.Share, pair.Value.ShareOfLimit, pair.Value.EndsAt, ""));

    private static IEnumerable<Attention> LimitHits(UsageSnapshot snapshot) =>
        snapshot.Session
            .List(
                UsageReadSql.LimitHits,
                static rows => (User: rows.Int32(0), At: rows.Int64(1), Window: rows.Text(2)),
                ("since", snapshot.Now.AddDays(-1).ToUnixTimeMilliseconds()))
            .Where(hit => snapshot.Holds(hit.User))
            .OrderByDescending(hit => hit.At)
            .Take(MaxLines)
            .Select(hit => new Attention(
                AttentionKind.LimitHit, [snapshot.User(hit.User).Email], 1, null, true, UnixTime.At(hit.At), hit.Window));

    private static IEnumerable<Attention> Devices(IReadOnlyList<DeviceRow> devices, DeviceStatus status, AttentionKind kind) =>
        devices.Where(device => device.Status == status)
            .OrderByDescending(device => device.RegisteredAt)
            .Take(MaxLines)
            .Select(device => new Attention(kind, [device.Name, device.User.Email], 1, null, false, device.RegisteredAt, ""));

    private static IEnumerable<Attention> Seats(IReadOnlyList<SeatRow> seats)
    {
        foreach (var seat in seats.Where(seat => seat.ClaimedEmail is not null).OrderByDescending(seat => seat.LastReportAt).Take(MaxLines))
        {
            yield return new Attention(AttentionKind.ClaimedEmailMismatch, [seat.User.Email], 1, null, false, seat.LastReportAt, seat.ClaimedEmail!);
        }

        foreach (var seat in seats.Where(seat => seat.LastRefusal is not null && seat.Status is not SeatStatus.Revoked).OrderByDescending(seat => seat.LastRefusalAt).Take(MaxLines))
        {
            yield return new Attention(AttentionKind.ReportsRefused, [seat.User.Email], 1, null, false, seat.LastRefusalAt, seat.LastRefusal!);
        }

        var silent = seats.Where(seat => seat.Status is SeatStatus.Silent).OrderByDescending(seat => seat.LastReportAt).ToList();
        if (silent.Count > 0)
        {
            yield return People(AttentionKind.Silent, silent, silent[0].LastReportAt);
        }

        var never = seats.Where(seat => seat.Status is SeatStatus.NeverReported).OrderBy(seat => seat.CreatedAt).ToList();
        if (never.Count > 0)
        {
            yield return People(AttentionKind.NeverReported, never, never[0].CreatedAt);
        }
    }

    private static Attention People(AttentionKind kind, List<SeatRow> seats, DateTimeOffset? at) =>
        new(kind, [.. seats.Take(Attention.MaxSubjects).Select(seat => seat.User.Email)], seats.Count, null, false, at, "");

    private static IEnumerable<Attention> Shared(UsageSnapshot snapshot) =>
        CopiesPanel.Undeclared(snapshot, MaxLines).Select(pair => new Attention(
            AttentionKind.SharedRequests, [pair.User.Email, pair.Other.Email], (int)Math.Min(pair.Requests, int.MaxValue), null, false, pair.FoundAt, ""));

    private static IEnumerable<Attention> Unpriced(UsageSnapshot snapshot, PeriodTotals recent)
    {
        var models = recent.Models
            .Where(pair => pair.Value.Cost.HasUnpriced)
            .OrderByDescending(pair => pair.Value.Tokens.Billed)
            .Select(pair => snapshot.Model(pair.Key).Name)
            .ToList();
        if (models.Count > 0)
        {
            yield return new Attention(AttentionKind.UnpricedModel, [.. models.Take(Attention.MaxSubjects)], models.Count, null, false, null, "");
        }
    }
}
