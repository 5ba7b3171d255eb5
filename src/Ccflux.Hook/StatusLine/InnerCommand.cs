using System.Diagnostics;

namespace Ccflux.Hook.StatusLine;

/// <summary>Runs the previous status line: it gets the same input, and its output is kept. Whatever it does, ours continues:
/// it gets <see cref="Limit"/>, and its errors are dropped.</summary>
internal sealed class InnerCommand : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private const int MaxOutput = 64 * 1024;

    private readonly Process _process;
    private readonly MemoryStream _output = new();
    private readonly Lock _gate = new();
    private readonly Task _all;

    private InnerCommand(Process process, ReadOnlyMemory<byte> input)
    {
        _process = process;
        _all = Task.WhenAll(FeedAsync(input), CollectAsync(), process.StandardError.BaseStream.CopyToAsync(Stream.Null));
    }

    /// <summary>Null if it cannot be started.</summary>
    public static InnerCommand? Start(ReadOnlySpan<string> command, ReadOnlyMemory<byte> input)
    {
        var start = new ProcessStartInfo(command[0], command[1..].ToArray())
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start) is { } process ? new InnerCommand(process, input) : null;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Its output until it ended or its time was up, without trailing line ends.</summary>
    public async Task<ReadOnlyMemory<byte>> OutputAsync(TimeProvider time)
    {
        try
        {
            await _all.WaitAsync(Limit, time).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or IOException)
        {
            Kill();
        }

        lock (_gate)
        {
            return _output.ToArray().AsSpan().TrimEnd("\r\n"u8).ToArray();
        }
    }

    public void Dispose() => _process.Dispose();

    private async Task FeedAsync(ReadOnlyMemory<byte> input)
    {
        try
        {
            var stream = _process.StandardInput.BaseStream;
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(input).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // It does not read its input.
        }
    }

    private async Task CollectAsync()
    {
        var buffer = new byte[4096];
        int read;
        while ((read = await _process.StandardOutput.BaseStream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            lock (_gate)
            {
                _output.Write(buffer, 0, Math.Min(read, MaxOutput - (int)_output.Length));
            }
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It ended by itself, or cannot be killed by us.
        }
    }
}
