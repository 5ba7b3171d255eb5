using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>Who is provisioned, who reports, and what needs attention.</summary>
public sealed class SeatsTests
{
    [Fact]
    public async Task Seats_InEveryState_SayIt()
    {
        await using var history = await History.EmptyAsync();
        // Before their tokens: the receiver adds users for the tokens that it finds.
        await UserAsync(history, "active@example.org", hoursAgo: 71);
        await UserAsync(history, "silent@example.org", hoursAgo: 75);
        await UserAsync(history, "revoked@example.org", hoursAgo: 1);
        await UserAsync(history, "untokened@example.org", hoursAgo: 1);
        await TokenAsync(history, "active@example.org", "2027-01-01 00:00:00");
        await TokenAsync(history, "silent@example.org", "2027-01-01 00:00:00");
        await TokenAsync(history, "never@example.org", expires: null);
        await TokenAsync(history, "expired@example.org", "2026-11-20 11:59:59");
        await TokenAsync(history, "garbled@example.org", "soon");
        await TokenAsync(history, "revoked@example.org", "2027-01-01 00:00:00", revoked: true);
        await TokenAsync(history, "Reissued@Example.org ", "2027-01-01 00:00:00", revoked: true);
        await TokenAsync(history, "reissued@example.org", "2027-02-01 00:00:00");

        var view = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        var seats = view.Seats.Page.Rows.ToDictionary(row => row.User.Email, row => row.Status);
        Assert.Equal(
            new Dictionary<string, SeatStatus>
            {
                ["active@example.org"] = SeatStatus.Active,
                ["silent@example.org"] = SeatStatus.Silent,
                ["never@example.org"] = SeatStatus.NeverReported,
                ["expired@example.org"] = SeatStatus.Expired,
                ["garbled@example.org"] = SeatStatus.Expired,
                ["revoked@example.org"] = SeatStatus.Revoked,
                ["reissued@example.org"] = SeatStatus.NeverReported,
                ["untokened@example.org"] = SeatStatus.Revoked,
            },
            seats);
        Assert.Equal(3, view.Seats.Page.Rows.Single(row => row.Status == SeatStatus.Silent).SilentDays);
        Assert.Equal((4, 3), (view.Seats.Live, view.Seats.NotReporting));
        Assert.Contains(view.WorthALook, line => line is { Kind: AttentionKind.Silent, Count: 1 });
        Assert.Contains(view.WorthALook, line => line is { Kind: AttentionKind.NeverReported, Count: 2 });
    }

    [Theory]
    [InlineData("silent", "silent@example.org")]
    [InlineData("Never", "never@example.org")]
    [InlineData("revoked", "gone@example.org")]
    [InlineData("expired", "late@example.org")]
    [InlineData("active", "busy@example.org")]
    public async Task Search_ByStatus_FindsWhoHasIt(string search, string email)
    {
        await using var history = await History.EmptyAsync();
        await UserAsync(history, "busy@example.org", hoursAgo: 1);
        await UserAsync(history, "silent@example.org", hoursAgo: 75);
        await TokenAsync(history, "busy@example.org", "2027-01-01 00:00:00");
        await TokenAsync(history, "silent@example.org", "2027-01-01 00:00:00");
        await TokenAsync(history, "never@example.org", expires: null);
        await TokenAsync(history, "late@example.org", "2026-11-20 11:59:59");
        await TokenAsync(history, "gone@example.org", "2027-01-01 00:00:00", revoked: true);

        using var answer = await history.Receiver.Client.FetchAsync($"/api/v1/users?format=csv&q={search}", bearer: RunningReceiver.AdminToken);
        var found = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1);
        using var sorted = await history.Receiver.Client.FetchAsync("/api/v1/users?format=csv&sort=status", bearer: RunningReceiver.AdminToken);
        var all = (await sorted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1);

        Assert.StartsWith(email + ",", Assert.Single(found), StringComparison.Ordinal);
        Assert.Equal(["gone", "late", "never", "silent", "busy"], all.Select(row => row[..row.IndexOf('@', StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task Seats_WithATrouble_StandInWorthALook()
    {
        await using var history = await History.EmptyAsync();
        await UserAsync(history, "claims@example.org", hoursAgo: 1);
        await UserAsync(history, "refused@example.org", hoursAgo: 5);
        await UserAsync(history, "mended@example.org", hoursAgo: 1);
        await TokenAsync(history, "refused@example.org", "2027-01-01 00:00:00");
        await TokenAsync(history, "mended@example.org", "2027-01-01 00:00:00");
        await history.ExecuteAsync("UPDATE users SET claimed_email = 'other@example.org' WHERE email = 'claims@example.org'");
        await history.ExecuteAsync(
            "UPDATE users SET last_refusal = 'signature-invalid', last_refusal_at = @at WHERE email IN ('refused@example.org', 'mended@example.org')",
            ("at", history.Time.GetUtcNow().AddHours(-2).ToUnixTimeMilliseconds()));

        var view = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        Assert.Equal("other@example.org", view.WorthALook.Single(line => line.Kind == AttentionKind.ClaimedEmailMismatch).Detail);
        var refused = view.WorthALook.Single(line => line.Kind == AttentionKind.ReportsRefused);
        Assert.Equal(("refused@example.org", "signature-invalid"), (refused.Subjects[0], refused.Detail));
    }

    [Fact]
    public async Task Devices_InEveryState_SayItAndStandInWorthALook()
    {
        await using var history = await History.EmptyAsync();
        await history.AddUserAsync(1);
        await DeviceAsync(history, "laptop", approved: true, revoked: false, again: false);
        await DeviceAsync(history, "tower", approved: false, revoked: false, again: false);
        await DeviceAsync(history, "build-07", approved: true, revoked: true, again: false);
        await DeviceAsync(history, "build-08", approved: true, revoked: false, again: true);

        var view = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        Assert.Equal(
            [("build-07", DeviceStatus.Revoked), ("build-08", DeviceStatus.RegisteredAgain), ("laptop", DeviceStatus.Active), ("tower", DeviceStatus.WaitingForApproval)],
            view.Devices.Rows.Select(row => (row.Name, row.Status)).Order());
        Assert.Equal(
            [(AttentionKind.DeviceWaiting, "tower"), (AttentionKind.DeviceRegisteredAgain, "build-08")],
            view.WorthALook.Select(line => (line.Kind, line.Subjects[0])));
    }

    [Fact]
    public async Task OpenWindow_NearALimitOrAPeak_StandsInWorthALook()
    {
        await using var history = await History.EmptyAsync();
        var now = history.Time.GetUtcNow();
        foreach (var user in new[] { 1, 2, 3 })
        {
            await history.AddUserAsync(user);
            for (var day = 1; day <= 3; day++)
            {
                await history.StoreAsync(user, History.Turn($"s{user}", day, now.AddDays(-day), ("claude-sonnet-5", History.Usage(500, 500))));
            }
        }

        await history.ExecuteAsync("INSERT INTO tiers VALUES (1, 'Tier 1', 2000, 'limit_hit', 3, 0, 0)");
        await history.StoreAsync(1, History.Turn("now", 0, now.AddMinutes(-5), ("claude-sonnet-5", History.Usage(1000, 900))));
        await history.StoreAsync(2, History.Turn("now", 0, now.AddMinutes(-5), ("claude-sonnet-5", History.Usage(400, 450))));
        await history.StoreAsync(3, History.Turn("now", 0, now.AddMinutes(-5), ("claude-sonnet-5", History.Usage(400, 300))));

        var view = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(now)));

        var near = view.WorthALook.Where(line => line.Kind == AttentionKind.WindowNearLimit).ToList();
        Assert.Equal([(History.Email(1), 0.95, true), (History.Email(2), 0.85, false)], near.Select(line => (line.Subjects[0], line.Share!.Value, line.OfLimit)));
        Assert.Equal(0.7, view.Users.Rows.Single(row => row.User.Email == History.Email(3)).Window!.Share);
    }

    private static Task TokenAsync(History history, string email, string? expires, bool revoked = false) => history.ExecuteAsync(
        "INSERT INTO refresh_tokens (token, email, expires_at, revoked) VALUES (@token, @email, @expires_at, @revoked)",
        ("token", $"sha256:{email}"), ("email", email), ("expires_at", expires), ("revoked", revoked));

    private static Task UserAsync(History history, string email, int hoursAgo) => history.ExecuteAsync(
        "INSERT INTO users (email, created_at, last_report_at) VALUES (@email, 0, @at)",
        ("email", email), ("at", history.Time.GetUtcNow().AddHours(-hoursAgo).ToUnixTimeMilliseconds()));

    private static Task DeviceAsync(History history, string name, bool approved, bool revoked, bool again) => history.ExecuteAsync(
        "INSERT INTO devices (user_id, public_key, name, registered_at, approved_at, revoked_at, reregistered) VALUES (1, @key, @name, 1, @approved_at, @revoked_at, @again)",
        ("key", $"key-of-{name}"), ("name", name), ("approved_at", approved ? 1 : (long?)null), ("revoked_at", revoked ? 1 : (long?)null), ("again", again));
}
