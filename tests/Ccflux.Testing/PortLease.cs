using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ccflux.Testing;

/// <summary>A loopback port that no other test on this machine is given until it is disposed or its process ends, whether or not anything listens at it.</summary>
internal sealed class PortLease : IDisposable
{
    // Below the ports that Linux gives to outgoing connections and to listeners at port 0: either could take a chosen port while its receiver starts.
    private const int First = 20_000;
    private const int Count = 12_000;

    private readonly FileStream _held;

    private PortLease(int port, FileStream held)
    {
        Port = port;
        _held = held;
    }

    public int Port { get; }

    /// <exception cref="InvalidOperationException">All ports are taken.</exception>
    public static PortLease Take()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "ccflux-test-ports")).FullName;
        var start = Random.Shared.Next(Count);
        for (var step = 0; step < Count; step++)
        {
            var port = First + ((start + step) % Count);
            if (Hold(Path.Combine(folder, port.ToString(CultureInfo.InvariantCulture))) is { } held)
            {
                if (IsFree(port))
                {
                    return new PortLease(port, held);
                }

                held.Dispose();
            }
        }

        throw new InvalidOperationException($"No port from {First} on is free.");
    }

    public void Dispose() => _held.Dispose();

    // The lock of an open file, which the kernel drops when the process ends; the empty file stays.
    private static FileStream? Hold(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
