using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Usage.Ingest;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;
using Microsoft.Data.Sqlite;

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
internal sealed class LegacyImport(GroupCommitWriter writer, UsageWriter usage, TimeProvider time)
{
    private const int TurnsPerWrite = 200;

    private readonly Dictionary<string, long> _users = new(StringComparer.Ordinal);
    private int _turns;
    private int _unchanged;
    private int _skipped;

    public async Task<ImportSummary> RunAsync(string path, CancellationToken cancellationToken)
    {
        await using var old = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        var tables = await TablesAsync(old, path, cancellationToken);
        var tokens = tables.Contains("refresh_tokens") ? old.Query<LegacyToken>(LegacySql.SelectTokens).AsList() : [];
        var devices = tables.Contains("device_keys") ? old.Query<LegacyDevice>(LegacySql.SelectDevices).AsList() : [];
        var users = tables.Contains("user_tokens") ? old.Query<LegacyUser>(LegacySql.SelectUsers).AsList() : [];
        await CommitAsync(connection => WriteIdentity(connection, users, tokens, devices));
        await ImportTurnsAsync(old, cancellationToken);
        if (tables.Contains("tier_hints"))
        {
            var tiers = old.Query<LegacyTier>(LegacySql.SelectTiers).AsList();
            await CommitAsync(connection => WriteTiers(connection, tiers));
        }

        return new ImportSummary(_turns, _unchanged, _skipped, tokens.Count, devices.Count);
    }

    private static async Task<HashSet<string>> TablesAsync(SqliteConnection old, string path, CancellationToken cancellationToken)
    {
        try
        {
            await old.OpenAsync(cancellationToken);
            var tables = (await old.QueryAsync<string>(LegacySql.SelectTables)).ToHashSet(StringComparer.Ordinal);
            return tables.Contains("usage_events") ? tables : throw new ImportException($"{path} is not a ccflux 0.1 database: it has no table usage_events.");
        }
        catch (SqliteException exception)
        {
            throw new ImportException($"{path} cannot be read: {exception.Message}");
        }
    }

    private async Task ImportTurnsAsync(SqliteConnection old, CancellationToken cancellationToken)
    {
        var chunk = new List<LegacyTurn>(TurnsPerWrite);
        foreach (var turn in LegacyTurn.Group(old.Query<LegacyEvent>(LegacySql.SelectEvents, buffered: false)))
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

    private async Task WriteTurnsAsync(List<LegacyTurn> turns)
    {
        var latest = time.GetUtcNow() + ReportLimits.ClockTolerance;
        var counts = await CommitAsync(connection =>
        {
            var (accepted, unchanged, skipped) = (0, 0, 0);
            foreach (var turn in turns)
            {
                if (turn.Report is not { } report || ReportRules.Fault(report) is not null || ReportRules.FutureFault(report, latest - ReportLimits.ClockTolerance) is not null)
                {
                    skipped++;
                    continue;
                }

                var user = UserId(connection, turn.Email, "");
                var device = turn.Device is { Length: > 0 } name ? connection.Scalar(LegacySql.FindDevice, user, name) : null;
                var stored = usage.Write(
                    connection,
                    new IncomingTurns(user, LegacyReport.Version, report.Turns, device, Client: null, report.Client.Version, ClaimedEmail: null, turn.ReceivedAt),
                    DailyCaps.None);
                accepted += stored.Accepted;
                unchanged += stored.Unchanged;
            }

            return (accepted, unchanged, skipped);
        });
        _turns += counts.accepted;
        _unchanged += counts.unchanged;
        _skipped += counts.skipped;
    }

    private bool WriteIdentity(SqlConnection connection, List<LegacyUser> users, List<LegacyToken> tokens, List<LegacyDevice> devices)
    {
        foreach (var user in users.Where(user => user.Email.Length > 0))
        {
            UserId(connection, user.Email, user.Division);
        }

        foreach (var token in tokens.Where(token => token.Email.Length > 0 && token.Token.Length > 0))
        {
            UserId(connection, token.Email, token.Division);
            var stored = SecretToken.IsStored(token.Token) ? token.Token : SecretToken.Stored(token.Token);
            connection.Execute(LegacySql.InsertToken, stored, UserRules.Normalize(token.Email), token.Division, token.ExpiresAt, token.Revoked, token.CreatedAt);
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var device in devices.Where(device => device.Email.Length > 0 && IsKey(device.PublicKey)))
        {
            var registered = device.RegisteredAt * 1000 ?? now;
            connection.Execute(
                LegacySql.InsertDevice,
                UserId(connection, device.Email, ""), device.PublicKey, device.Name ?? "", registered, device.LastSeenAt * 1000, registered,
                device.Revoked != 0 ? now : (long?)null);
        }

        return true;
    }

    private bool WriteTiers(SqlConnection connection, List<LegacyTier> tiers)
    {
        foreach (var tier in tiers.Where(tier => tier.Email.Length > 0))
        {
            connection.Execute(
                LegacySql.InsertTier,
                UserId(connection, tier.Email, ""), tier.Label, tier.PeakTokens, tier.Method, tier.WindowCount, time.GetUtcNow().ToUnixTimeMilliseconds());
        }

        return true;
    }

    private long UserId(SqlConnection connection, string written, string division)
    {
        var email = UserRules.Normalize(written);
        if (division.Length == 0 && _users.TryGetValue(email, out var known))
        {
            return known;
        }

        return _users[email] = connection.Scalar(UsersSql.Upsert, email, division, time.GetUtcNow().ToUnixTimeMilliseconds())!.Value;
    }

    private async Task<T> CommitAsync<T>(Func<SqlConnection, T> write)
    {
        // A user created in a transaction that is rolled back must be created again.
        var result = await writer.WriteAsync(connection =>
        {
            _users.Clear();
            return write(connection);
        });
        return result.Status == WriteStatus.Committed
            ? result.Value!
            : throw new ImportException("The database is not accepting writes: the disk is full or failing. What was imported so far stays; run the import again.");
    }

    private static bool IsKey(string text)
    {
        Span<byte> bytes = stackalloc byte[SignatureHeader.PublicKeyBytes];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == SignatureHeader.PublicKeyBytes && !SmallOrderKeys.Contains(bytes);
    }
}
