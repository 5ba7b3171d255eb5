namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>A channel of alerts.</summary>
/// <param name="Name">As stored, and in the API.</param>
/// <param name="Title">On the page.</param>
/// <param name="Settings">The environment variables that set it.</param>
/// <param name="Url">Where it is sent to, which may be a secret; null if it is not set.</param>
/// <param name="Body">The JSON of an alert in the channel's own form.</param>
internal sealed record AlertChannel(string Name, string Title, string Settings, string? Url, Func<Alert, byte[]> Body)
{
    public bool IsSet => Url is not null;
}
