using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Ccflux.Bench.Ingest;

/// <summary>Sends prepared requests over several connections, each of which waits for its answer before the next.</summary>
internal static class Load
{
    /// <returns>The time from the first byte to the last answer.</returns>
    public static async Task<TimeSpan> RunAsync(Uri receiver, byte[][] requests, int connections)
    {
        var address = IPEndPoint.Parse(receiver.Authority);
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address);
            var buffer = new byte[4096];
            for (var i = Interlocked.Increment(ref next); i < requests.Length; i = Interlocked.Increment(ref next))
            {
                await socket.SendAsync(requests[i]);
                await ReadAsync(socket, buffer);
            }
        })));
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Reads one answer: a head, and a body of the stated length.</summary>
    public static async Task ReadAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            if (read == 0)
            {
                throw new InvalidOperationException("The receiver closed the connection.");
            }

            length += read;
            if (IsWhole(buffer.AsSpan(0, length)))
            {
                return;
            }
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        if (!answer.StartsWith("HTTP/1.1 200"u8))
        {
            throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(answer));
        }

        if (answer[..head].IndexOf("Transfer-Encoding: chunked"u8) >= 0)
        {
            return answer.EndsWith("\r\n0\r\n\r\n"u8);
        }

        var at = answer.IndexOf("Content-Length: "u8) + "Content-Length: ".Length;
        _ = System.Buffers.Text.Utf8Parser.TryParse(answer[at..], out int bodyLength, out _);
        return answer.Length >= head + 4 + bodyLength;
    }
}
