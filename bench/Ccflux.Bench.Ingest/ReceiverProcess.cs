using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Ccflux.Bench.Ingest;

/// <summary>The receiver as a process of its own, with its limits raised by its own settings.</summary>
internal sealed class ReceiverProcess : IDisposable
{
    private readonly Process _process;

    public ReceiverProcess(string program, string databasePath, params ReadOnlySpan<(string Name, string Value)> settings)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Address = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = Path.GetDirectoryName(databasePath) };
        start.Environment["DATABASE_PATH"] = databasePath;
        start.Environment["LISTEN_ADDR"] = Address.ToString();
        start.Environment["RATE_LIMIT_PER_MINUTE"] = "10000000";
        start.Environment["MAX_SESSIONS_PER_DAY"] = "10000000";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public IPEndPoint Address { get; }

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public async Task UntilItAnswersAsync()
    {
        using var client = new HttpClient();
        for (var deadline = Stopwatch.StartNew(); deadline.Elapsed < TimeSpan.FromSeconds(30);)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://{Address}/health"));
                return;
            }
            catch (HttpRequestException)
            {
                Thread.Sleep(20);
            }
        }

        throw new InvalidOperationException("The receiver does not answer.");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
