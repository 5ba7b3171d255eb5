using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Import;

/// <summary>The result of an import.</summary>
/// <param name="Turns">Turns that were new or better than the stored ones.</param>
/// <param name="Unchanged">Turns that were already stored.</param>
/// <param name="Skipped">Rows that no valid report could have contained: an impossible time or count.</param>
/// <param name="Tokens">Refresh tokens read.</param>
/// <param name="Devices">Device keys read.</param>
internal sealed record ImportSummary(int Turns, int Unchanged, int Skipped, int Tokens, int Devices);

/// <summary>The file is not a ccflux 0.1 database, or the database could not be written.</summary>
internal sealed class ImportException(string message) : Exception(message);

/// <summary>Imports a ccflux 0.1 database: users, refresh tokens (hashed), device keys, tiers and every turn, but no access tokens.
/// Existing data stays, so the import can be repeated.</summary>
internal sealed class LegacyImport(GroupCommitWriter writer, LedgerWriter ledger, TimeProvider time)
{
    private const int TurnsPerWrite = 200;

    private readonly Dictionary<string, long> _users = new(StringComparer.Ordinal);
    private int _turns;
    private int _unchanged;
    private int _skipped;

    public async Task<ImportSummary> RunAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var old = Try(path, () => SqliteConnection.OpenReadOnly(path));
        var tables = Tables(old, path);
        var tokens = tables.Contains("refresh_tokens") ? old.List(LegacySql.SelectTokens, LegacyToken.Read) : [];
        var devices = tables.Contains("device_keys") ? old.List(LegacySql.SelectDevices, LegacyDevice.Read) : [];
        var users = tables.Contains("user_tokens") ? old.List(LegacySql.SelectUsers, LegacyUser.Read) : [];
        await CommitAsync(session => WriteIdentity(session, users, tokens, devices));
        await ImportTurnsAsync(old, cancellationToken);
        if (tables.Contains("tier_hints"))
        {
            var tiers = old.List(LegacySql.SelectTiers, LegacyTier.Read);
            await CommitAsync(session => WriteTiers(session, tiers));
        }

        return new ImportSummary(_turns, _unchanged, _skipped, tokens.Count, devices.Count);
    }

    private static HashSet<string> Tables(SqlSession old, string path)
    {
        var tables = Try(path, () => old.List(LegacySql.SelectTables, static rows => rows.Text(0))).ToHashSet(StringComparer.Ordinal);
        return tables.Contains("usage_events") ? tables : throw new ImportException($"{path} is not a ccflux 0.1 database: it has no table usage_events.");
    }

    private static T Try<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (StorageException exception)
        {
            throw new ImportException($"{path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>One row at a time: all of them may not fit into memory.</summary>
    private static IEnumerable<LegacyEvent> Events(SqlSession old)
    {
        using var rows = old.Query(LegacySql.SelectEvents);
        while (rows.Read())
        {
            yield return LegacyEvent.Read(rows);
        }
    }

    private async Task ImportTurnsAsync(SqlSession old, CancellationToken cancellationToken)
    {
        var chunk = new List<ImportedTurn>(TurnsPerWrite);
        foreach (var turn in ImportedTurn.Group(Events(old)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            chunk.Add(turn);
            if (chunk.Count == TurnsPerWrite)
            {
                await WriteTurnsAsync(chunk);
                chunk.Clear();
            }
        }

        await WriteTurnsAsync(chunk);
    }

    private async Task WriteTurnsAsync(List<ImportedTurn> turns)
    {
        var now = time.GetUtcNow();
        var counts = await CommitAsync(session =>
        {
            var (accepted, unchanged, skipped) = (0, 0, 0);
            foreach (var turn in turns)
            {
                if (turn.Report is not { } report || report.Fault() is not null || report.FutureFault(now) is not null)
                {
                    skipped++;
                    continue;
                }

                if (UserId(session, turn.Email, "") is not { } user)
                {
                    skipped++;
                    continue;
                }

                var device = turn.Device is { Length: > 0 } name ? session.Scalar(LegacySql.FindDevice, ("user", user), ("name", name)) : null;
                var stored = ledger.Write(session, report.ToRequests(user, new ReportOrigin(turn.ReceivedAt, device, report.PluginVersion)), allowances: null);
                accepted += stored.New + stored.Changed > 0 ? 1 : 0;
                unchanged += stored.New + stored.Changed > 0 ? 0 : 1;
            }

            return (accepted, unchanged, skipped);
        });
        _turns += counts.accepted;
        _unchanged += counts.unchanged;
        _skipped += counts.skipped;
    }

    private bool WriteIdentity(WriteSession session, List<LegacyUser> users, List<LegacyToken> tokens, List<LegacyDevice> devices)
    {
        foreach (var user in users.Where(user => user.Email.Length > 0))
        {
            UserId(session, user.Email, user.Division);
        }

        foreach (var token in tokens.Where(token => token.Email.Length > 0 && token.Token.Length > 0))
        {
            if (UserId(session, token.Email, token.Division) is null)
            {
                continue;
            }

            var stored = SecretToken.IsStored(token.Token) ? token.Token : SecretToken.Stored(token.Token);
            session.Execute(
                LegacySql.InsertToken,
                ("token", stored), ("email", UserRules.Normalize(token.Email)), ("division", token.Division), ("expires_at", token.ExpiresAt),
                ("revoked", token.Revoked), ("created_at", token.CreatedAt));
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var device in devices.Where(device => device.Email.Length > 0 && IsKey(device.PublicKey)))
        {
            if (UserId(session, device.Email, "") is not { } user)
            {
                continue;
            }

            var registered = device.RegisteredAt * 1000 ?? now;
            session.Execute(
                LegacySql.InsertDevice,
                ("user", user), ("public_key", device.PublicKey), ("name", device.Name ?? ""), ("registered_at", registered),
                ("last_seen_at", device.LastSeenAt * 1000), ("approved_at", registered), ("revoked_at", device.Revoked != 0 ? now : (long?)null));
        }

        return true;
    }

    private bool WriteTiers(WriteSession session, List<LegacyTier> tiers)
    {
        foreach (var tier in tiers.Where(tier => tier.Email.Length > 0))
        {
            if (UserId(session, tier.Email, "") is not { } user)
            {
                continue;
            }

            session.Execute(
                LegacySql.InsertTier,
                ("user", user), ("label", tier.Label), ("peak_tokens", tier.PeakTokens), ("method", tier.Method),
                ("window_count", tier.WindowCount), ("now", time.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        return true;
    }

    /// <summary>Null if the person was erased here: an old database does not bring anybody back.</summary>
    private long? UserId(WriteSession session, string written, string division)
    {
        var email = UserRules.Normalize(written);
        if (division.Length == 0 && _users.TryGetValue(email, out var known))
        {
            return known;
        }

        if (Tombstones.IsBlocked(session, MarkKind.Email, email))
        {
            return null;
        }

        return _users[email] = session.Scalar(
            UsersSql.Upsert, ("email", email), ("division", division), ("now", time.GetUtcNow().ToUnixTimeMilliseconds()))!.Value;
    }

    private async Task<T> CommitAsync<T>(Func<WriteSession, T> write)
    {
        // A user created in a transaction that is rolled back must be created again.
        var result = await writer.WriteAsync(session =>
        {
            _users.Clear();
            return write(session);
        });
        return result.TryGet(out var value)
            ? value
            : throw new ImportException("The database is not accepting writes: the disk is full or failing. What was imported so far stays; run the import again.");
    }

    private static bool IsKey(string text)
    {
        Span<byte> bytes = stackalloc byte[SignatureHeader.PublicKeyBytes];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == SignatureHeader.PublicKeyBytes && !SmallOrderKeys.Contains(bytes);
    }
}
