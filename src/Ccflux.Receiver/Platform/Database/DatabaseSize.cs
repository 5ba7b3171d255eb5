using System.Diagnostics.Metrics;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>Watches the size of the database, including its write-ahead log, and its growth within a day. Reports to the log, the metrics and the admin's
/// page if either exceeds its setting.</summary>
internal sealed partial class DatabaseSize : BackgroundService
{
    public const string MeterName = "ccflux.database";

    private const int SamplesADay = 24;
    private const long Mebibyte = 1024 * 1024;

    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    private readonly DatabaseOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<DatabaseSize> _logger;
    private readonly Lock _lock = new();
    private readonly Queue<long> _samples = new();
    private long _warnedDay;
    private string? _warning;

    public DatabaseSize(DatabaseOptions options, IMeterFactory meters, TimeProvider time, ILogger<DatabaseSize> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        meters.Create(MeterName).CreateObservableGauge("ccflux.database.size", Measure, "By", "Size of the database and its write-ahead log.");
    }

    /// <summary>A warning for people; null if there is none.</summary>
    public string? Warning => Volatile.Read(ref _warning);

    /// <summary>Takes a sample and evaluates it.</summary>
    internal Task LookAsync(CancellationToken cancellationToken)
    {
        using var held = _lock.EnterScope();
        var size = Measure();
        _samples.Enqueue(size);
        if (_samples.Count > SamplesADay + 1)
        {
            _samples.Dequeue();
        }

        // Since the receiver started, if that was less than a day ago.
        var growth = size - _samples.Peek();
        var warning = IsOver(size, _options.WarnMb) ? $"has reached {size / Mebibyte} MiB (DATABASE_WARN_MB={_options.WarnMb})"
            : IsOver(growth, _options.WarnGrowthMb) ? $"grew by {growth / Mebibyte} MiB within a day (DATABASE_WARN_GROWTH_MB={_options.WarnGrowthMb})"
            : null;
        Volatile.Write(ref _warning, warning);
        var day = UnixTime.DayOf(_time.GetUtcNow());
        if (warning is not null && day != _warnedDay)
        {
            _warnedDay = day;
            Log.Large(_logger, warning);
        }

        return Task.CompletedTask;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(_time, s_interval, LookAsync, exception => Log.Failed(_logger, exception), stoppingToken);

    private static bool IsOver(long bytes, int mebibytes) => mebibytes > 0 && bytes > mebibytes * Mebibyte;

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private long Measure() => LengthOf(_options.Path) + LengthOf(_options.Path + "-wal");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The database {Warning}. `ccflux-receiver users list` and the pages show who reports most; RETENTION_DAYS limits how long data is kept")]
        public static partial void Large(ILogger logger, string warning);

        [LoggerMessage(2, LogLevel.Error, "The size of the database cannot be read; retrying in an hour")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
