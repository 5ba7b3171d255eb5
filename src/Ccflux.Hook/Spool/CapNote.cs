namespace Ccflux.Hook.Spool;

/// <summary><c>daily_cap.json</c>: until when the receiver accepts no new sessions of this user, and what is to be searched afterwards.</summary>
/// <param name="Until">New sessions wait until then.</param>
/// <param name="Everything">Whether to search every transcript then, because a backfill was not finished. Otherwise those that are known on this machine.</param>
/// <param name="Since">The unfinished backfill's <c>--since</c>.</param>
internal sealed record CapNote(DateTimeOffset Until, bool Everything, DateTimeOffset? Since);
