using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using FsCheck;
using FsCheck.Fluent;
using static Ccflux.Receiver.Tests.Fleet.RuleFacts;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What a heartbeat means for the commands to its agent.</summary>
public sealed class ExchangeRuleTests
{
    private static readonly TimeSpan Late = AgentCommandQueue.Lifetime;
    private static readonly TimeSpan TooLate = AgentCommandQueue.Lifetime + OpenCommand.Tolerance;

    [Fact]
    public void OpenCommand_IsDeliveredAndThenRepeated()
    {
        Assert.Equal(CommandStep.Deliver, Step(Command(), Heartbeat()));
        Assert.Equal(CommandStep.Repeat, Step(Command(isDelivered: true), Heartbeat()));
    }

    [Fact]
    public void CommandWithoutASignature_IsNeverSent() => Assert.Equal(CommandStep.Wait, Step(Command(signature: null), Heartbeat()));

    [Fact]
    public void Command_IsConfirmedByItsIdOrByTheLoginThatIsThere()
    {
        var command = Command(id: 7, isDelivered: true);
        var refusal = new RefusedCommand(7, RefusalReasons.Expired);

        Assert.Equal(CommandStep.Confirm, Step(command, Heartbeat(null, [7])));
        Assert.Equal(CommandStep.Confirm, Step(command, Heartbeat(command.Fingerprint)));
        Assert.Equal(CommandStep.Confirm, Step(command, Heartbeat(command.Fingerprint, null, refusal)));
        Assert.Equal(CommandStep.Repeat, Step(command, Heartbeat("0123456789ab", [8])));
    }

    [Theory]
    [InlineData(RefusalReasons.Expired, (int)CommandStep.Refuse, "expired")]
    [InlineData("removed by \"admin\"", (int)CommandStep.Refuse, "\"removed by 'admin'\"")]
    [InlineData(RefusalReasons.NotSigned, (int)CommandStep.Deliver, "")]
    public void Command_ThatIsRefused_EndsUnlessItWasNotTheGenuineOne(string reason, int step, string words)
    {
        var decision = ExchangeRule.Decide([Command(id: 7)], Heartbeat(null, null, new RefusedCommand(7, reason)), Now);

        Assert.Equal([((CommandStep)step, words)], decision.Steps.Select(one => (one.Step, one.Reason)));
        Assert.Equal(reason is RefusalReasons.NotSigned ? "command 7 unsigned" : null, decision.LastStray);
    }

    /// <summary>An agent that has fetched a command may be carrying it out until its own clock says that it has expired; that clock may be slow.</summary>
    [Theory]
    [InlineData(false, false, (int)CommandStep.Expire)]
    [InlineData(true, false, (int)CommandStep.Wait)]
    [InlineData(true, true, (int)CommandStep.Expire)]
    public void Command_ThatIsLate_EndsOnceItCannotBeCarriedOut(bool isDelivered, bool isTooLate, int step)
    {
        var command = Command(isDelivered: isDelivered, age: isTooLate ? TooLate : Late, replaces: "0123456789ab");

        Assert.Equal((CommandStep)step, Step(command, Heartbeat("0123456789ab")));
    }

    [Fact]
    public void DeliveredCommand_IsOpenUntilItsAgentReportsWhatItReplaces()
    {
        var command = Command(isDelivered: true, age: TimeSpan.FromDays(1), replaces: "0123456789ab");

        Assert.Equal(CommandStep.Wait, Step(command, Heartbeat(null)));
        Assert.Equal(CommandStep.Wait, Step(command, Heartbeat("ba9876543210")));
        Assert.Equal(CommandStep.Expire, Step(command with { Replaces = null }, Heartbeat(null)));
    }

    [Fact]
    public void AnswersToUnknownCommands_AreCountedAndTheLastIsNamed()
    {
        RefusedCommand[] refused = [new(3, RefusalReasons.Replayed), new(7, RefusalReasons.Expired), new(4, "x\ny")];

        var decision = ExchangeRule.Decide([Command(id: 7)], Heartbeat(null, null, refused), Now);

        Assert.Equal(2, decision.Strays);
        Assert.StartsWith("command 4 \"x", decision.LastStray, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', decision.LastStray!);
        Assert.Equal((0, null), ExchangeRule.Decide([], Heartbeat(), Now) is var none ? (none.Strays, none.LastStray) : default);
    }

    [Fact]
    public void AnyHeartbeat_EndsADeliveredCommandOnlyIfItsAgentRefusesItOrCannotHaveCarriedItOut() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            var command = Command(
                id: random.Next(1, 3),
                isDelivered: random.Next(2) == 0,
                age: TimeSpan.FromMinutes(random.Next(0, 20)),
                replaces: random.Next(2) == 0 ? "0123456789ab" : null,
                signature: random.Next(5) == 0 ? null : "signed");
            var applied = random.Next(4) switch { 0 => command.Fingerprint, 1 => "0123456789ab", 2 => "ba9876543210", _ => null };
            var reason = random.Next(2) == 0 ? RefusalReasons.NotSigned : RefusalReasons.WriteFailed;
            RefusedCommand[] refused = random.Next(2) == 0 ? [] : [new(random.Next(1, 3), reason)];
            var heartbeat = Heartbeat(applied, random.Next(4) == 0 ? [random.Next(1, 3)] : null, refused);

            var step = Step(command, heartbeat);

            Assert.True(step is not CommandStep.Refuse || refused.Any(one => one.Id == command.Id && one.Reason is not RefusalReasons.NotSigned));
            Assert.True(step is not CommandStep.Expire || command.ExpiresAt <= Now);
            Assert.True(step is not CommandStep.Expire || !command.IsDelivered || (applied == command.Replaces && command.ExpiresAt + OpenCommand.Tolerance <= Now));
            var isSent = step is CommandStep.Deliver or CommandStep.Repeat;
            Assert.True(!isSent || (command.ExpiresAt > Now && command.Signature is not null && applied != command.Fingerprint));
            Assert.True(step is not CommandStep.Deliver || !command.IsDelivered);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    private static CommandStep Step(OpenCommand command, Heartbeat heartbeat) => Assert.Single(ExchangeRule.Decide([command], heartbeat, Now).Steps).Step;
}
