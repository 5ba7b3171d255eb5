using System.Text.Json;
using Ccflux.Receiver.Platform.Database;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The answer to a refresh, kept from its arrival until its login is stored.</summary>
/// <param name="AccountId">Whose refresh token was spent.</param>
/// <param name="Uuid">The issuer's id of the person's account: the account id might be another account's in another database.</param>
/// <param name="Fingerprint">Of the login whose refresh token was spent.</param>
/// <param name="Intent">The id of the refresh's intent.</param>
/// <param name="At">When the answer came.</param>
/// <param name="Body">The raw answer.</param>
internal sealed record JournaledAnswer(FleetAccountId AccountId, string Uuid, string Fingerprint, string Intent, DateTimeOffset At, byte[] Body);

/// <summary>
/// Keeps answers to refreshes, which cannot be requested again, next to the key ring and encrypted with it: <c>answers/ACCOUNT.answer</c> until the
/// database has the login, which may be after the next start; <c>answers/ACCOUNT.unread</c> if no login could be made of it, for a person to look at.
/// At most one of each per account, about 90 KiB each.
/// </summary>
internal sealed partial class RefreshJournal(FleetOptions options, VaultProtection protection, ILogger<RefreshJournal> logger)
{
    private const string Purpose = "answer to a refresh";
    private const string Pending = ".answer";
    private const string Unread = ".unread";

    private readonly string _folder = Path.Combine(Path.GetFullPath(options.VaultKeyPath!), "answers");

    /// <summary>Writes an answer and flushes it to disk.</summary>
    /// <returns>False if that failed: then only this process has it.</returns>
    public bool Write(JournaledAnswer answer)
    {
        try
        {
            var sealedAnswer = protection.Protect(Purpose, JsonSerializer.SerializeToUtf8Bytes(answer));
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(_folder);
            }
            else
            {
                Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var fresh = PathOf(answer.AccountId, ".new");
            File.Delete(fresh);
            PrivateFile.Create(fresh);
            using (var stream = new FileStream(fresh, FileMode.Open, FileAccess.Write))
            {
                stream.Write(sealedAnswer);
                stream.Flush(flushToDisk: true);
            }

            File.Move(fresh, PathOf(answer.AccountId, Pending), overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NotWritten(logger, answer.AccountId.Value, exception);
            return false;
        }
    }

    /// <summary>Answers whose login is not known to be stored. Those that cannot be opened stay where they are.</summary>
    public IReadOnlyList<JournaledAnswer> Waiting() => [.. Files(Pending).Select(Read).OfType<JournaledAnswer>()];

    /// <summary>The answer of which no login could be made; null if there is none.</summary>
    public JournaledAnswer? FindUnread(FleetAccountId accountId) => Read(PathOf(accountId, Unread));

    /// <summary>Deletes an answer that is no longer needed, or keeps it for a person to look at.</summary>
    public void Settle(FleetAccountId accountId, bool keep)
    {
        try
        {
            if (!keep)
            {
                File.Delete(PathOf(accountId, Pending));
            }
            else if (File.Exists(PathOf(accountId, Pending)))
            {
                File.Move(PathOf(accountId, Pending), PathOf(accountId, Unread), overwrite: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A later reader will see that its login has been replaced.
            Log.NotWritten(logger, accountId.Value, exception);
        }
    }

    /// <summary>Deletes what is kept for accounts that are no longer in the vault.</summary>
    public void Prune(IReadOnlyCollection<FleetAccountId> accounts)
    {
        foreach (var file in Files(Unread).Where(file => !(long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && accounts.Contains(new FleetAccountId(id)))))
        {
            File.Delete(file);
        }
    }

    /// <summary>Every answer in its encrypted form: a key that one of them needs must stay.</summary>
    public IReadOnlyList<byte[]> Sealed() => [.. Files(Pending).Concat(Files(Unread)).Select(Bytes).OfType<byte[]>()];

    private JournaledAnswer? Read(string path)
    {
        try
        {
            return Bytes(path) is { } stored && protection.Unprotect(Purpose, stored) is { } plain ? JsonSerializer.Deserialize<JournaledAnswer>(plain) : null;
        }
        catch (JsonException)
        {
            // Written by another version.
            return null;
        }
    }

    private static byte[]? Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // There is none, or another process has just settled it.
            return null;
        }
    }

    private string[] Files(string extension) => Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*" + extension) : [];

    private string PathOf(FleetAccountId accountId, string extension) => Path.Combine(_folder, accountId + extension);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Could not write or remove the answer to a refresh of account {AccountId} next to the key ring.")]
        public static partial void NotWritten(ILogger logger, long accountId, Exception exception);
    }
}
