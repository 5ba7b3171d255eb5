using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>The interval between polls with cookies: the one saved on the page, otherwise the environment's.</summary>
internal sealed class PollInterval(QuotaOptions options, ReadSessions readers)
{
    public const int MinSeconds = 60;
    public const int MaxSeconds = 3600;

    private const string Name = "poll_interval";

    private volatile int _saved;

    public TimeSpan Current => TimeSpan.FromSeconds(_saved > 0 ? _saved : options.PollInterval);

    public static bool IsValid(int seconds) => seconds is >= MinSeconds and <= MaxSeconds;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var text = session.Text(QuotaReadSql.Setting, ("name", Name));
        _saved = int.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? Math.Clamp(seconds, MinSeconds, MaxSeconds) : 0;
    }

    /// <summary>Call it inside the write that saves the interval, and <see cref="Adopt"/> once that is committed.</summary>
    public static void Save(WriteSession session, int seconds) =>
        session.Execute(QuotaSql.UpsertSetting, ("name", Name), ("value", seconds.ToString(CultureInfo.InvariantCulture)));

    public void Adopt(int seconds) => _saved = seconds;
}
