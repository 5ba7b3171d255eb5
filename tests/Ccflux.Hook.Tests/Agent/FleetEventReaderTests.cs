using System.Text;
using Ccflux.Hook.Agent.Sessions;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

/// <summary>A few fields from a stream, whatever surrounds them.</summary>
public sealed class FleetEventReaderTests
{
    private const string Tool = """
        {"session_id":"s-1","transcript_path":"\/home\/d\u00e9v\/x.jsonl", "prompt_id":"p1","agent_id" : "a1","hook_event_name":"PostToolUse","tool_name":"Bash",
         "tool_input":{"command":"echo \"tool_use_id\":\"toolu_wrong\"","tool_use_id":"toolu_nested","list":[{"tool_use_id":"toolu_deep"}]},
         "tool_response":[{"session_id":"wrong"},"}]\\",true,null,-1.5e3],"tool_use_id":"toolu_right","duration_ms":12,"model":null}
        """;

    [Fact]
    public void Event_CutAnywhere_IsReadTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(Tool);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var reader = new FleetEventReader();
            reader.Add(bytes.AsSpan(0, cut));
            reader.Add(bytes.AsSpan(cut));

            var read = reader.Event;
            Assert.Equal(("s-1", "/home/dév/x.jsonl", "p1", "a1", "PostToolUse", "toolu_right"), (read.SessionId, read.TranscriptPath, read.PromptId, read.AgentId, read.Name, read.ToolUseId));
            Assert.Null(read.Model);
            Assert.Empty(read.BatchIds);
        }
    }

    [Fact]
    public void Batch_WithLargeAnswers_GivesItsIds()
    {
        var large = new string('x', 3_000_000);
        var json = $$"""{"hook_event_name":"PostToolBatch","tool_calls":[{"tool_name":"Bash","tool_input":{"tool_use_id":"no"},"tool_use_id":"toolu_1","tool_response":"{{large}}"},{"tool_use_id":"toolu_2","tool_response":[[{"tool_use_id":"no"}]]}],"session_id":"s1","last":[{"tool_use_id":"no"}]}""";
        var reader = new FleetEventReader();
        foreach (var chunk in Encoding.UTF8.GetBytes(json).Chunk(16 * 1024))
        {
            reader.Add(chunk);
        }

        Assert.Equal(["toolu_1", "toolu_2"], reader.Event.BatchIds);
        Assert.Equal("s1", reader.Event.SessionId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("]]]}}}\"session_id\":\"x\"")]
    [InlineData("""{"session_id":"\ud800"}""")]
    [InlineData("""{"session_id":12,"hook_event_name":{"a":"b"}}""")]
    [InlineData("{\"session_id\":\"unfinished")]
    public void Input_ThatIsNoEvent_GivesNoneAndDoesNotThrow(string text)
    {
        var reader = new FleetEventReader();
        reader.Add(Encoding.UTF8.GetBytes(text));

        Assert.Null(reader.Event.SessionId);
        Assert.Null(reader.Event.Name);
    }
}
