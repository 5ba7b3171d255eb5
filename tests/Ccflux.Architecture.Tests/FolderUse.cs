namespace Ccflux.Architecture.Tests;

/// <summary>A type of one folder uses a type of another folder. Folders are namespaces.</summary>
internal sealed record FolderUse(string From, string FromType, string To, string ToType);
