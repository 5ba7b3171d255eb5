using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Agent.Swap;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

public sealed class CommandRuleTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 14, 31, 46, TimeSpan.Zero);

    private static SealedCommand Command { get; } =
        new() { Id = 41, Kind = SealedCommand.Swap, IssuedAt = s_now, ExpiresAt = s_now.AddMinutes(5), Sealed = "AQ==", Signature = "" };

    private static SwapContent Content { get; } =
        new() { AccountLabel = "work", AccountId = "u1", ClaudeAiOauth = JsonElement.Parse("{}"), Fingerprint = "0123456789ab", Replaces = "" };

    [Fact]
    public void Command_ThatIsSignedAndInTime_IsCarriedOut()
    {
        Assert.Equal((CommandVerdict.Apply, null), CommandRule.For(Command, isSigned: true, Content, CommandProgress.Empty, s_now, canWrite: true));
    }

    [Theory]
    [InlineData(41)] // the id of one that was carried out: not confirmed for an unsigned command either
    [InlineData(42)]
    public void Command_ThatNobodySigned_IsRefusedWhateverElseItIs(long id)
    {
        var progress = CommandProgress.Empty with { LastCommand = 41, Done = [41] };

        Assert.Equal((CommandVerdict.Refuse, RefusalReasons.NotSigned), CommandRule.For(Command with { Id = id }, isSigned: false, Content, progress, s_now, canWrite: true));
    }

    [Theory]
    [InlineData(5, true, RefusalReasons.Expired)]
    [InlineData(0, false, RefusalReasons.NotForMe)]
    public void Command_ThatIsSignedButLateOrClosed_IsRefused(int minutes, bool opens, string reason)
    {
        Assert.Equal((CommandVerdict.Refuse, reason), CommandRule.For(Command, isSigned: true, opens ? Content : null, CommandProgress.Empty, s_now.AddMinutes(minutes), canWrite: true));
    }
}
