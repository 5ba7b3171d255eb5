using Ccflux.Receiver.Fleet.Agents;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Whether a code may be exchanged for an agent's registered keys.</summary>
public sealed class EnrolmentRuleTests
{
    [Theory]
    [InlineData("build-1", null, "build-1", 0, null)]
    [InlineData("build-1", null, "BUILD-1", AgentStore.MaxAgents - 1, null)]
    [InlineData("build-1", null, "build-2", 0, "The code is for another machine.")]
    [InlineData("build-1", "agent-1", "build-2", 0, "The code is for another machine.")]
    [InlineData("build-1", null, "build-1", AgentStore.MaxAgents, "The receiver has 20000 agents, including revoked ones")]
    [InlineData("build-1", "agent-1", "build-1", AgentStore.MaxAgents, null)]
    public void Code_IsForItsMachine_AndForANewAgentOnlyIfThereIsRoom(string machine, string? agent, string stated, int agents, string? refusal)
    {
        var answer = EnrolmentRule.Refusal(new EnrolmentCode(machine, agent), stated, agents);

        Assert.Equal(refusal is null, answer is null);
        Assert.StartsWith(refusal ?? "", answer?.Detail ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void CodeThatIsNotThere_IsRefusedFirst() =>
        Assert.Equal("The code is unknown, used or expired. Ask the admin for a new one.", EnrolmentRule.Refusal(null, "build-1", AgentStore.MaxAgents)?.Detail);
}
