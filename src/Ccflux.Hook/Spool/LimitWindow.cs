namespace Ccflux.Hook.Spool;

/// <summary>One limit as the client shows it: how much of it is used, and when it resets (null if the client does not say).</summary>
internal readonly record struct LimitWindow(string Name, double UsedPercentage, DateTimeOffset? ResetsAt);
