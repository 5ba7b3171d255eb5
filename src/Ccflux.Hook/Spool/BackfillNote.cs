using System.Text.Json;

namespace Ccflux.Hook.Spool;

/// <summary><c>backfill.json</c>: a backfill that the receiver's allowance for history stopped.</summary>
/// <param name="Until">It goes on by itself then.</param>
/// <param name="Since">Its <c>--since</c>; null for everything.</param>
internal sealed record BackfillNote(DateTimeOffset Until, DateTimeOffset? Since)
{
    /// <summary>Null if there is none, or it is damaged: the user can start it again.</summary>
    public static BackfillNote? Read(StateDirectory state)
    {
        try
        {
            return AtomicFile.Read(state.Backfill) is { } json ? JsonSerializer.Deserialize(json, StateJson.Default.BackfillNote) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(StateDirectory state) => AtomicFile.Write(state.Backfill, JsonSerializer.SerializeToUtf8Bytes(this, StateJson.Default.BackfillNote));
}
