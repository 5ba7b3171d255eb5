namespace Ccflux.Hook.Transcript;

/// <summary>A transcript file that could not be read, and why, in words for a log on this machine.</summary>
internal sealed record ReadProblem(string Path, string Reason);
