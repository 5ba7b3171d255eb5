using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Ccflux.Storage.Sqlite;

/// <summary>Which SQLite this process runs on: the system's, which the distribution patches, or else the one in the package.
/// Both ways into it (Microsoft.Data.Sqlite and <see cref="SqliteNative"/>) must meet in the same file: two copies in one process
/// would break each other's file locks.</summary>
public static class SqliteLibrary
{
    /// <summary>The oldest release with all that our statements use (RETURNING, UPSERT).</summary>
    private static readonly Version s_oldest = new(3, 35);

    private static readonly Lazy<(nint Handle, bool System)> s_library = new(Choose);
    private static readonly Lazy<string> s_description = new(Start);

    /// <summary>Version and origin, for the start-up line: <c>3.46.1 (system)</c>.</summary>
    public static string Description => s_description.Value;

    /// <summary>Must have run before the first connection of either kind is opened; running it again costs nothing.</summary>
    public static void EnsureLoaded() => _ = s_description.Value;

    private static string Start()
    {
        NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        var version = Marshal.PtrToStringUTF8(SqliteNative.LibVersion());
        return $"{version} ({(s_library.Value.System ? "system" : "bundled")})";
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        string.Equals(name, SqliteNative.Library, StringComparison.Ordinal) ? s_library.Value.Handle : 0;

    private static (nint Handle, bool System) Choose()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libsqlite3.so.0", out var system))
        {
            if (VersionOf(system) >= s_oldest)
            {
                return (system, true);
            }

            NativeLibrary.Free(system);
        }

        return (NativeLibrary.Load(SqliteNative.Library, typeof(SQLite3Provider_e_sqlite3).Assembly, null), false);
    }

    private static unsafe Version VersionOf(nint library)
    {
        var libVersion = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "sqlite3_libversion");
        return Version.TryParse(Marshal.PtrToStringUTF8(libVersion()), out var version) ? version : new Version(0, 0);
    }
}
