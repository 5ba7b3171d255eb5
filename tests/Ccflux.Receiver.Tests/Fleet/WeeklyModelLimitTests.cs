using System.Text;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The weekly limit of one model, from the issuer's answer to the rotation rule.</summary>
public sealed class WeeklyModelLimitTests
{
    [Theory]
    [InlineData("Fable", "claude-fable-5-1", true)]
    [InlineData("Fable 5.1", "claude-fable-5-1", true)]
    [InlineData("Fable", "claude-opus-5-5", false)]
    public async Task UsedUp_BlocksSessionsOfThatModelAlone(string listed, string model, bool isBlocked)
    {
        await using var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, 5, 20, 2);
        await PolledAsync(stage, listed, percent: 100);

        var state = (await stage.PictureAsync()).Accounts.Single(account => account.Id == stage.First);
        var fitness = AccountFitness.Of(state, [model], RotationSettings.Default, 1, null, stage.Rig.Time.GetUtcNow());

        Assert.Equal(isBlocked ? RotationReason.ModelExhausted : RotationReason.InOrder, fitness.Why);
    }

    [Theory]
    [InlineData("seven_day_fable")]
    [InlineData("weekly_scoped:fable")]
    public async Task MetLimit_OfOneModel_IsBelievedUnderEitherName(string told)
    {
        await using var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, 5, 20, 2);
        await PolledAsync(stage, "Fable", percent: 90);
        await stage.PutAsync(stage.First);
        var now = stage.Rig.Time.GetUtcNow();

        await stage.Rig.Receiver.Service<LimitHitRecorder>().NoteAsync([new SessionLimitHit(RotationStage.Session, told, now, now.AddDays(2))]);

        var state = (await stage.PictureAsync()).Accounts.Single(account => account.Id == stage.First);
        Assert.Equal(("seven_day_fable", 100d), (Assert.Single(state.Scoped).Name, state.Scoped[0].Window.UsedPercent));
    }

    [Fact]
    public async Task AccountWithoutAFiveHourLimit_GoesByItsWeek()
    {
        await using var stage = await RotationStage.StartAsync();
        var now = stage.Rig.Time.GetUtcNow();
        await WriteAsync(stage, [new Reading("seven_day", 20_000, now.AddDays(2), now), new Reading("five_hour", 90_000, null, now.AddHours(-6))]);

        var state = (await stage.PictureAsync()).Accounts.Single(account => account.Id == stage.First);

        Assert.Null(state.FiveHour);
        Assert.Equal(Fitness.Lasting, AccountFitness.Of(state, [], RotationSettings.Default, 1, null, now).Fitness);
    }

    private static Task PolledAsync(RotationStage stage, string model, int percent)
    {
        var now = stage.Rig.Time.GetUtcNow();
        var body = $$$$"""
            {"five_hour":{"utilization":5},"seven_day":{"utilization":20,"resets_at":"{{{{now.AddDays(2):O}}}}"},"limits":[
            {"kind":"weekly_scoped","percent":{{{{percent}}}},"resets_at":"{{{{now.AddDays(2):O}}}}","scope":{"model":{"id":null,"display_name":"{{{{model}}}}"}}}]}
            """;
        return WriteAsync(stage, UsageAnswer.Parse(Encoding.UTF8.GetBytes(body), now)!.Readings);
    }

    private static async Task WriteAsync(RotationStage stage, IReadOnlyList<Reading> readings) =>
        await stage.Rig.Receiver.Service<GroupCommitWriter>().WriteAsync(session =>
        {
            session.Execute(
                """
                INSERT INTO quota_accounts (account_key, owner, source, created_at) SELECT account_key, 0, 'oauth', 0 FROM fleet_accounts WHERE account_id = @account
                ON CONFLICT DO NOTHING
                """,
                ("account", stage.First.Value));
            var account = new QuotaAccountId(session.Scalar(
                "SELECT q.account_id FROM quota_accounts q JOIN fleet_accounts f ON f.account_key = q.account_key WHERE f.account_id = @account AND q.owner = 0",
                ("account", stage.First.Value))!.Value);
            return ReadingWriter.Write(session, account, QuotaSource.OAuth, readings);
        });
}
