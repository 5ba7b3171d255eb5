namespace Ccflux.Hook.Spool;

/// <summary>The files below <c>&lt;config dir&gt;/ccflux/</c>. Their names and formats are those of ccflux 0.1 where it had them, so that an
/// existing installation keeps working.</summary>
internal sealed class StateDirectory(string configDir)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string ConfigDir { get; } = configDir;

    public string Root { get; } = Path.Combine(configDir, "ccflux");

    /// <summary>What hook events leave: one line each.</summary>
    public string Spool => In("spool.jsonl");

    /// <summary>Held by the one <c>deliver</c> that runs.</summary>
    public string Lock => In("deliver.lock");

    public string Config => In("config.json");

    public string TokenCache => In("token_cache.json");

    /// <summary>Hash of the refresh token that the receiver refused, so that it is not tried again.</summary>
    public string TokenRefused => In("token_refused");

    public string SigningKey => In("signing_key");

    public string KeyRegistered => In("key_registered");

    public string KeyRevoked => In("key_revoked");

    /// <summary>What was read from transcripts and is not acknowledged; at most 16 MB (<see cref="OutboxFile.MaxBytes"/>). While there is no more room, transcripts are left unread.</summary>
    public string Outbox => In("outbox.jsonl");

    /// <summary>How many bytes in front of <see cref="Outbox"/> are acknowledged.</summary>
    public string OutboxSent => In("outbox_sent");

    /// <summary>Present while <see cref="Outbox"/> has no room: what is deleted from transcripts now is lost.</summary>
    public string OutboxFull => In("outbox_full");

    /// <summary>The queue of ccflux 0.1.</summary>
    public string Queue => In("pending_reports.jsonl");

    /// <summary>The same, set aside: its content is also in the transcripts, and counted correctly there.</summary>
    public string LegacyQueue => In("pending_reports.0.1.jsonl");

    public string Rejected => In("rejected_reports.jsonl");

    /// <summary>Intervals of which nothing is ever sent.</summary>
    public string PausedIntervals => In("silence.json");

    /// <summary>Identity of the receiver's database, from its last answer.</summary>
    public string Store => In("store_id");

    /// <summary>Present while everything must be sent again, because the receiver's database was replaced.</summary>
    public string ResendAll => In("resend_all");

    /// <summary>The receiver asked not to be called before this time (epoch milliseconds).</summary>
    public string RetryAt => In("retry_at");

    /// <summary>A backfill that waits, because the receiver accepts no more history for now.</summary>
    public string Backfill => In("backfill.json");

    /// <summary>Mark of the paused intervals that the receiver knows.</summary>
    public string PausesSent => In("pauses_sent");

    /// <summary>What was acknowledged last, for <c>ccflux status</c>.</summary>
    public string LastReport => In("last_report.json");

    /// <summary>Content of Claude Code's own files before <c>ccflux install</c> changed them.</summary>
    public string InstallRecord => In("install.json");

    /// <summary>What status lines showed, and the readings from them that are waiting for acknowledgement.</summary>
    public string QuotaReadings => In("quota_readings.json");

    /// <summary>Held by the process that changes <see cref="QuotaReadings"/>.</summary>
    public string QuotaLock => In("quota.lock");

    /// <summary>No readings are sent before this time (epoch milliseconds): the receiver asked to wait, failed, or accepts none.</summary>
    public string QuotaRetryAt => In("quota_retry_at");

    /// <summary>The readings that were acknowledged last, for <c>ccflux status</c>.</summary>
    public string LastReadings => In("last_readings.json");

    public string ActivityLog => In("activity.log");

    public string ErrorLog => In("errors.log");

    /// <summary>The config directory that a transcript belongs to: the folder above <c>projects/</c>, else the one from the environment.</summary>
    public static StateDirectory Of(string? transcriptPath) => new(ConfigDirOf(transcriptPath) ?? DefaultConfigDir());

    /// <summary>For processes that the client starts: the folder named by <c>CLAUDE_CONFIG_DIR</c> (of several, the first that exists), else <c>~/.claude</c>. A relative
    /// path is not followed here: it would leave keys and a token in whatever project the client runs in.</summary>
    public static string DefaultConfigDir()
    {
        if (ConfigDirNames.FromEnvironment is { } configured && (Path.IsPathRooted(configured) || configured[0] == '~'))
        {
            var named = ConfigDirNames.Read(configured);
            return named.FirstOrDefault(Directory.Exists) ?? named[0];
        }

        return Path.Combine(Home(), ".claude");
    }

    public static string Home() =>
        Environment.GetEnvironmentVariable(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME") is { Length: > 0 } home
            ? home
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>How far a session that had an event here has been read. ccflux 0.1 wrote another format under the same name: the event counts, the rest is ignored.</summary>
    public string Offset(string sessionId) => In(sessionId + ".offset");

    /// <summary>How far a backfill has read a session.</summary>
    public string History(string sessionId) => In(sessionId + ".history");

    /// <summary>Creates the folder if it does not exist.</summary>
    /// <exception cref="StateRefusedException">It is a link, or belongs to another user.</exception>
    public void Create()
    {
        if (Refusal(out var exists) is { } refusal)
        {
            throw new StateRefusedException(refusal);
        }

        if (exists)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Root);
        }
        else
        {
            Directory.CreateDirectory(Root, OwnerOnly);
        }
    }

    /// <summary>Why nothing may be written here, in a sentence; null if writing is allowed. A folder that another user put into a shared config directory
    /// would make this program write where that user wants.</summary>
    public string? Refusal() => Refusal(out _);

    private string? Refusal(out bool exists)
    {
        if (OperatingSystem.IsWindows())
        {
            exists = Directory.Exists(Root);
            return null;
        }

        var folder = Posix.Inspect(Root, ConfigDir);
        exists = folder != FolderTrust.Missing;
        return folder switch
        {
            FolderTrust.NoFolder => $"{Root} is a link or a file, not a folder. Nothing is written there: remove it.",
            FolderTrust.Foreign => $"{Root} belongs to another user. Nothing is written there: remove it, or have its ownership transferred to you.",
            _ => null,
        };
    }

    private static string? ConfigDirOf(string? transcriptPath)
    {
        // …/.claude/projects/-home-dev-proj/9f1a8809-….jsonl
        if (transcriptPath is not { Length: > 0 } || !Path.IsPathRooted(transcriptPath))
        {
            return null;
        }

        var projects = Path.GetDirectoryName(Path.GetDirectoryName(transcriptPath));
        return Path.GetFileName(projects) is "projects" ? Path.GetDirectoryName(projects) : null;
    }

    private string In(string name) => Path.Combine(Root, name);
}

/// <summary>The state directory may not be written to by this user; the message is a sentence for the user.</summary>
internal sealed class StateRefusedException(string message) : IOException(message);
