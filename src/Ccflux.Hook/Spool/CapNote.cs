namespace Ccflux.Hook.Spool;

/// <summary><c>daily_cap.json</c>: until when the receiver takes no new sessions of this user, and what is to be looked through once it does.</summary>
/// <param name="Until">New sessions rest until then.</param>
/// <param name="Everything">Every transcript is to be looked through then: a backfill was not finished. Else those that are known on this machine.</param>
/// <param name="Since">The unfinished backfill's <c>--since</c>.</param>
internal sealed record CapNote(DateTimeOffset Until, bool Everything, DateTimeOffset? Since);
