using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ccflux.Hook.Tests.Support;
using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Hook.Tests.EndToEnd;

/// <summary>The real receiver as a process of its own, on a database file of its own, that can be killed and started again.</summary>
internal sealed class ReceiverProcess : IDisposable
{
    private readonly string _folder;
    private readonly int _port = FreePort();
    private readonly Dictionary<string, string> _settings;
    private Process? _process;

    /// <param name="folder">Where the database goes; a new temporary folder where none is given.</param>
    /// <param name="settings">More settings, by their names.</param>
    public ReceiverProcess(string? folder = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        _folder = folder ?? Directory.CreateTempSubdirectory("ccflux-receiver-").FullName;
        _settings = new Dictionary<string, string>(settings ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["DATABASE_PATH"] = Database,
            ["LISTEN_ADDR"] = $"127.0.0.1:{_port}",
            ["ADMIN_TOKEN"] = "end-to-end-admin-token",
            ["RATE_LIMIT_PER_MINUTE"] = "100000",
            ["BASE_URL"] = $"http://127.0.0.1:{_port}",
        };
    }

    public string Address => $"http://127.0.0.1:{_port}";

    public string Database => Path.Combine(_folder, "ccflux.db");

    /// <summary>Adds a user by the command an admin would use, and gives the token that it prints.</summary>
    public async Task<string> AddUserAsync(string email)
    {
        using var process = Launch("users", "add", email);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith("token ", StringComparison.Ordinal));
        Assert.True(line is not null, $"users add printed no token: {output}");
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
    }

    public async Task StartAsync()
    {
        _process = Launch();
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromSeconds(5) };
        await Wait.UntilAsync(() => Answers(http), "the receiver answers /health", seconds: 60);
    }

    /// <summary><c>kill -9</c>.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>The first <paramref name="columns"/> numbers of one row of a query over the database as it stands on disk.</summary>
    public long[] Query(string sql, int columns)
    {
        using var connection = SqlConnection.Open(Database);
        using var rows = connection.Query(sql);
        Assert.True(rows.Read());
        var row = new long[columns];
        for (var i = 0; i < columns; i++)
        {
            row[i] = rows.Number(i);
        }

        return row;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }

        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            File.Delete(file);
        }
    }

    private static bool Answers(HttpClient http)
    {
        try
        {
            using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, "/health"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Launch(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(HookProgram.Root, "artifacts", "bin", "Ccflux.Receiver", "debug", "ccflux-receiver.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
