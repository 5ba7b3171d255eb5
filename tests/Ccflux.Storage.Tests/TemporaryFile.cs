namespace Ccflux.Storage.Tests;

/// <summary>A path for a database, in a folder that is deleted with the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-storage-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "test.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
