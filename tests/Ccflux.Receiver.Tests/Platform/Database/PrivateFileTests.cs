using System.Runtime.Versioning;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Tests.Platform.Database;

/// <summary>Only the owner can open the database, its parts and its lock, however they were created.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-private-").FullName;

    [Fact]
    public async Task Start_DatabaseOpenToAll_ClosesItWithItsParts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        var database = Path.Combine(_folder, "ccflux.db");

        // A process that was killed leaves a log.
        using var before = SqliteDatabase.OpenForWriting(database);
        foreach (var part in new[] { "", "-wal", "-shm" })
        {
            File.SetUnixFileMode(database + part, Everybody);
        }

        var receiver = await RunningReceiver.StartAsync(_ => { }, _folder, null);

        Assert.All(["", "-wal", "-shm"], part => Assert.Equal(OwnerOnly, File.GetUnixFileMode(database + part)));
        Assert.Contains(receiver.LogLines, line => line.Contains("ccflux.db-wal could be opened by other users (mode 666)", StringComparison.Ordinal));
        await receiver.StopAsync();
    }

    [Fact]
    public async Task Start_LinkToNothing_MakesAPrivateDatabaseWhereItLeads()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        var target = Path.Combine(_folder, "elsewhere.db");
        File.CreateSymbolicLink(Path.Combine(_folder, "ccflux.db"), target);

        var receiver = await RunningReceiver.StartAsync(_ => { }, _folder, null);

        Assert.All(["", "-wal", "-shm"], part => Assert.Equal(OwnerOnly, File.GetUnixFileMode(target + part)));
        await receiver.StopAsync();
    }

    [Fact]
    public void Lock_IsOpenToItsOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        var database = Path.Combine(_folder, "ccflux.db");
        using (DatabaseLock.Take(database))
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(database + ".lock"));
            Assert.Throws<DatabaseInUseException>(() => DatabaseLock.Take(database));
        }

        // As an earlier version created it.
        File.SetUnixFileMode(database + ".lock", Everybody);
        using var again = DatabaseLock.Take(database);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(database + ".lock"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
