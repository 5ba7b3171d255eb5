using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Ccflux.Hook.Spool;

/// <summary>Starts this program again as a process that outlives the client: with its own session (the client signals its process group),
/// no standard streams (a pipe that stays open would make the client wait), no inherited descriptors, and an environment of named variables only.</summary>
internal static unsafe partial class DetachedProcess
{
    /// <summary>The environment that a detached process needs. Hooks inherit the user's API key and the client's message socket; those are not passed on.</summary>
    private static readonly string[] s_environment =
    [
        "HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "CLAUDE_CONFIG_DIR",
        "CLAUDE_PLUGIN_OPTION_API_ENDPOINT", "CLAUDE_PLUGIN_OPTION_API_TOKEN",
        "CCFLUX_ALLOW_HTTP", "CCFLUX_CA_CERT", "CCFLUX_PATIENCE_SECS", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
    ];

    private const short SetSessionLinux = 0x80;
    private const short SetSessionMac = 0x400;
    private const short CloseAllMac = 0x4000;
    private const nint CloseRangeCall = 436; // the same number on every Linux architecture
    private const uint CloseOnExec = 4;

    /// <summary>For a long-running process: its garbage is collected every 256 KiB (in hex), which keeps its heap small and costs time that it can spare.</summary>
    private const string SmallHeap = "DOTNET_GCgen0size=40000";

    public static bool Start(params ReadOnlySpan<string> arguments) => Start(stays: false, arguments);

    /// <param name="stays">Whether the process is to live for hours with little memory.</param>
    /// <param name="arguments">Its arguments.</param>
    public static bool Start(bool stays, params ReadOnlySpan<string> arguments)
    {
        if (Environment.ProcessPath is not { } program)
        {
            return false;
        }

        return OperatingSystem.IsWindows() ? StartOnWindows(program, arguments) : StartOnUnix(program, stays, arguments);
    }

    private static bool StartOnUnix(string program, bool stays, ReadOnlySpan<string> arguments)
    {
        var mac = OperatingSystem.IsMacOS();
        if (!mac)
        {
            // Kernels before 5.11 do not know it; the client's own descriptors are closed on exec anyway.
            _ = SystemCall(CloseRangeCall, 3, uint.MaxValue, CloseOnExec);
        }

        // Opaque structures of the C library: at most 336 bytes (glibc, musl), pointers on macOS.
        var attributes = stackalloc byte[512];
        var actions = stackalloc byte[512];
        _ = InitAttributes(attributes);
        _ = SetFlags(attributes, mac ? (short)(SetSessionMac | CloseAllMac) : SetSessionLinux);
        _ = InitActions(actions);
        for (var descriptor = 0; descriptor < 3; descriptor++)
        {
            _ = AddOpen(actions, descriptor, "/dev/null", descriptor == 0 ? 0 : 1, 0);
        }

        var pointers = new List<nint>();
        try
        {
            var argv = stackalloc byte*[arguments.Length + 2];
            argv[0] = Text(program, pointers);
            for (var i = 0; i < arguments.Length; i++)
            {
                argv[i + 1] = Text(arguments[i], pointers);
            }

            argv[arguments.Length + 1] = null;
            var envp = stackalloc byte*[s_environment.Length + 2];
            var count = 0;
            foreach (var name in s_environment)
            {
                if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                {
                    envp[count++] = Text($"{name}={value}", pointers);
                }
            }

            if (stays)
            {
                envp[count++] = Text(SmallHeap, pointers);
            }

            envp[count] = null;
            int child;
            return Spawn(&child, argv[0], actions, attributes, argv, envp) == 0;
        }
        finally
        {
            foreach (var pointer in pointers)
            {
                Marshal.FreeHGlobal(pointer);
            }

            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    private static bool StartOnWindows(string program, ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments.ToArray()) { UseShellExecute = false, CreateNoWindow = true };
        var kept = s_environment
            .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
            .Where(pair => pair.Value is { Length: > 0 })
            .ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start);
        return process is not null;
    }

    private static byte* Text(string text, List<nint> pointers)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        var pointer = Marshal.AllocHGlobal(bytes + 1);
        pointers.Add(pointer);
        var target = new Span<byte>((void*)pointer, bytes + 1);
        Encoding.UTF8.GetBytes(text, target);
        target[bytes] = 0;
        return (byte*)pointer;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int Spawn(int* child, byte* path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, uint first, uint last, uint flags);
}
