using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>Finds the user or device that a change is about, for the confirmation page.</summary>
internal sealed class ChangeSubjects(SqliteReaders readers, TimeProvider time)
{
    /// <returns>Null if no user has this e-mail address.</returns>
    public async Task<UserSubject?> FindUserAsync(string email, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return await lease.Connection.QuerySingleOrDefaultAsync<UserSubject>(UsersSql.FindSubject, new { Email = email, Now = SqlTime.Text(time.GetUtcNow()) });
    }

    /// <returns>Null if there is no such device.</returns>
    public async Task<DeviceSubject?> FindDeviceAsync(long id, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return await lease.Connection.QuerySingleOrDefaultAsync<DeviceSubject>(DevicesSql.FindSubject, new { Id = id });
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
