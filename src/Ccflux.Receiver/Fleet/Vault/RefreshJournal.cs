using System.Text.Json;
using Ccflux.Receiver.Platform.Database;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>What a refresh was answered with, from when it came until the login from it is stored.</summary>
/// <param name="AccountId">Whose refresh token was spent.</param>
/// <param name="Uuid">What its issuer calls the person's account: the number might be another's in another database.</param>
/// <param name="Fingerprint">Of the login whose refresh token was spent.</param>
/// <param name="Intent">Of the refresh.</param>
/// <param name="At">When the answer came.</param>
/// <param name="Body">The answer as it came.</param>
internal sealed record JournaledAnswer(long AccountId, string Uuid, string Fingerprint, string Intent, DateTimeOffset At, byte[] Body);

/// <summary>
/// Keeps answers to refreshes, which cannot be had again, beside the key ring and encrypted with it: <c>answers/ACCOUNT.answer</c> until the database has
/// the login, which may be after the next start; <c>answers/ACCOUNT.unread</c> where no login could be made of it, for a person to look at. At most one of each an
/// account, of some 90 KiB.
/// </summary>
internal sealed partial class RefreshJournal(FleetOptions options, VaultProtection protection, ILogger<RefreshJournal> logger)
{
    private const string Purpose = "answer to a refresh";
    private const string Pending = ".answer";
    private const string Unread = ".unread";

    private readonly string _folder = Path.Combine(Path.GetFullPath(options.VaultKeyPath!), "answers");

    /// <summary>Writes an answer down, to the disk itself.</summary>
    /// <returns>False where that is not possible: then only this process has it.</returns>
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
            Log.NotWritten(logger, answer.AccountId, exception);
            return false;
        }
    }

    /// <summary>Answers whose login is not known to be stored. What does not open stays where it is.</summary>
    public IReadOnlyList<JournaledAnswer> Waiting() => [.. Files(Pending).Select(Read).OfType<JournaledAnswer>()];

    /// <summary>The answer that no login could be made of; null where there is none.</summary>
    public JournaledAnswer? FindUnread(long accountId) => Read(PathOf(accountId, Unread));

    /// <summary>The answer is not needed any more, or is to be looked at by a person.</summary>
    public void Settle(long accountId, bool keep)
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
            // Whoever finds it later sees that its login has been replaced.
            Log.NotWritten(logger, accountId, exception);
        }
    }

    /// <summary>Takes away what is kept of accounts that are not in the vault any more.</summary>
    public void Prune(IReadOnlyCollection<long> accounts)
    {
        foreach (var file in Files(Unread).Where(file => !(long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && accounts.Contains(id))))
        {
            File.Delete(file);
        }
    }

    /// <summary>Every answer as it is encrypted: a key that one of them needs must stay.</summary>
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

    private string PathOf(long accountId, string extension) => Path.Combine(_folder, accountId.ToString(CultureInfo.InvariantCulture) + extension);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "What a refresh of account {AccountId} brought could not be kept beside the key ring, or not be taken away there.")]
        public static partial void NotWritten(ILogger logger, long accountId, Exception exception);
    }
}
