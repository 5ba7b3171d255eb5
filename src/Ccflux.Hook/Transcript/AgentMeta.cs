using System.Text.Json;

namespace Ccflux.Hook.Transcript;

/// <summary>Reads <c>agent-ID.meta.json</c>, next to a subagent's transcript: <c>{"agentType":"Explore","toolUseId":"toolu_…",…}</c>.</summary>
internal static class AgentMeta
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Hash of the tool call that started the subagent; 0 if the file is missing, broken or does not name it.</summary>
    public static ulong ReadCall(string agentPath)
    {
        using var file = TranscriptFile.Open(Path.ChangeExtension(agentPath, ".meta.json"), out _);
        if (file is null)
        {
            return 0;
        }

        var buffer = new byte[Math.Min(MaxBytes, RandomAccess.GetLength(file))];
        var json = new Utf8JsonReader(buffer.AsSpan(0, RandomAccess.Read(file, buffer, 0)));
        try
        {
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && json.ValueTextEquals("toolUseId"u8))
                {
                    return json.Read() && json.TokenType == JsonTokenType.String ? IdHash.Of(json.ValueSpan) : 0;
                }
            }
        }
        catch (JsonException)
        {
            // The file is half written; it is read again with the next scan.
            return 0;
        }

        return 0;
    }
}
