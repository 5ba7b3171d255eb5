using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary>Reads what Claude Code writes to the programs that it runs: to its end, but without waiting for longer than a moment.</summary>
internal static class StandardInput
{
    public const int MaxInput = 4 * 1024 * 1024;
    private const int MaxDrained = 256 * 1024 * 1024;
    private const int FirstByteMilliseconds = 1000;
    private const int NextByteMilliseconds = 250;

    /// <summary>Reads all input, up to slightly more than <see cref="MaxInput"/>.</summary>
    public static ReadOnlyMemory<byte> Read()
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= MaxInput)
                {
                    break; // the fields are at the front
                }

                Array.Resize(ref buffer, buffer.Length * 4);
            }

            var read = Read(buffer, length, length == 0 ? FirstByteMilliseconds : NextByteMilliseconds);
            if (read <= 0)
            {
                break;
            }

            length += read;
        }

        return buffer.AsMemory(0, length);
    }

    /// <summary>Passes all input on, piece by piece.</summary>
    public static void Stream(StandardInputPiece take)
    {
        var buffer = new byte[16 * 1024];
        int read;
        for (var total = 0; total < MaxDrained && (read = Read(buffer, 0, total == 0 ? FirstByteMilliseconds : NextByteMilliseconds)) > 0; total += read)
        {
            take(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Reads and discards the rest, so that the writer does not find its pipe broken.</summary>
    public static void Drain()
    {
        var buffer = new byte[64 * 1024];
        int read;
        for (var drained = 0; drained < MaxDrained && (read = Read(buffer, 0, NextByteMilliseconds)) > 0; drained += read)
        {
        }
    }

    private static int Read(byte[] buffer, int offset, int timeoutMilliseconds) =>
        OperatingSystem.IsWindows() ? WindowsInput.Read(buffer, offset) : Posix.ReadInput(buffer, offset, timeoutMilliseconds);

    private static class WindowsInput
    {
        private static readonly Stream s_input = Console.OpenStandardInput();

        public static int Read(byte[] buffer, int offset) => s_input.Read(buffer, offset, buffer.Length - offset);
    }
}

/// <summary>Receives a piece of the input, which is valid only during the call.</summary>
internal delegate void StandardInputPiece(ReadOnlySpan<byte> piece);
