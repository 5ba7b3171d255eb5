namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>The kinds of database that every contract test runs on. Another kind needs a value here and how <see cref="TestDatabase"/> opens it.</summary>
public enum DatabaseKind
{
    Sqlite = 1,
}
