namespace Ccflux.Storage;

/// <summary>The database's schema does not match this program.</summary>
public sealed class MigrationException(string message) : Exception(message);
