using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>Finds the user or device that a change is about, for the confirmation page.</summary>
internal sealed class ChangeSubjects(ReadSessions readers, TimeProvider time)
{
    /// <returns>Null if no user within <paramref name="allowed"/> has this e-mail address.</returns>
    public async Task<UserSubject?> FindUserAsync(string email, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.First(
            UsersSql.FindSubject,
            static rows => new UserSubject { Email = rows.Text(0), Division = rows.Text(1), DaysValid = rows.IsNull(2) ? null : rows.Int32(2) },
            allowed.With(("email", email), ("now_text", SqlTime.Text(time.GetUtcNow()))));
    }

    /// <returns>Null if no user within <paramref name="allowed"/> has this device.</returns>
    public async Task<DeviceSubject?> FindDeviceAsync(long id, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.First(
            DevicesSql.FindSubject,
            static rows => new DeviceSubject { Name = rows.Text(0), Email = rows.Text(1), RegisteredAt = rows.Int64(2) },
            allowed.With(("device", id)));
    }
}

/// <summary>A user, or the e-mail address of a manually inserted token that was not used yet.</summary>
internal sealed class UserSubject
{
    public string Email { get; init; } = "";

    public string Division { get; init; } = "";

    /// <summary>Days of the live token, otherwise of the newest one; null if it has no days of its own.</summary>
    public int? DaysValid { get; init; }
}

/// <summary>A user's device.</summary>
internal sealed class DeviceSubject
{
    public string Name { get; init; } = "";

    public string Email { get; init; } = "";

    /// <summary>Epoch milliseconds.</summary>
    public long RegisteredAt { get; init; }
}
