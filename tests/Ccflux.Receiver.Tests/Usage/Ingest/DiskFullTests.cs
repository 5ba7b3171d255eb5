using Ccflux.Receiver.Tests.Usage.Ledger;
using System.Diagnostics;
using Ccflux.Contracts.Http;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>A file system without space: reports wait, and are accepted once there is space again.</summary>
public sealed class DiskFullTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-full-").FullName;
    private bool _mounted;

    [Fact]
    public async Task Report_DiskFull_IsBusyAndStoredOnceThereIsRoom()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && string.Equals(Environment.UserName, "root", StringComparison.Ordinal), "needs root, to mount a small file system");
        _mounted = Run("mount", "-t", "tmpfs", "-o", "size=3m", "ccflux-test", _folder);
        Assert.SkipUnless(_mounted, "a small file system cannot be mounted here");
        var database = Path.Combine(_folder, "ccflux.db");
        await using (var wire = await Wire.StartAsync(("DATABASE_PATH", database)))
        {
            var access = await wire.SignUpAsync();
            await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s", 0, wire.Now))));

            var filler = Path.Combine(_folder, "filler");
            Fill(filler);
            var turns = Enumerable.Range(1, 100).Select(i => A.Turn($"session-{i}", i, wire.Now.AddDays(-i))).ToArray();
            using var refused = await wire.ReportAsync(access, A.Batch(turns));
            Assert.NotNull(refused.Headers.RetryAfter);
            await Wire.AssertRefusedAsync(refused, 503, ErrorCodes.Busy);

            File.Delete(filler);
            var reply = await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(turns)));
            Assert.Equal(200, reply.Accepted);
        }

        Recount.AssertExact(database);
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        Assert.Equal(101, connection.ExecuteScalar<long>("SELECT count(*) FROM turns"));
    }

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", _folder);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
