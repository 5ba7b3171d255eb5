using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sqlite;
using Ccflux.Testing;

namespace Ccflux.Bench.Ingest;

/// <summary>Complete HTTP requests, signed beforehand, of many users with one device each.</summary>
internal sealed class SignedRequests
{
    /// <summary>In a turn, about as many as in real ones.</summary>
    public const int RequestsATurn = 8;

    public const int Users = 50;

    /// <summary>A busy user's requests are so far apart: a hundred an hour.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(36);

    /// <summary>Of one session.</summary>
    private const int Reports = 20;

    private readonly DeviceKey[] _keys = [.. Enumerable.Range(0, Users).Select(_ => new DeviceKey())];

    /// <summary>Creates the database with its users, tokens and devices.</summary>
    public void Prepare(string databasePath)
    {
        using var connection = SqliteDatabase.OpenForWriting(databasePath);
        connection.ExecuteScript("BEGIN");
        for (var user = 0; user < Users; user++)
        {
            connection.Execute("INSERT INTO users (user_id, email, created_at) VALUES (@user, @email, 0)", ("user", user + 1), ("email", $"user{user}@example.org"));
            connection.Execute(
                "INSERT INTO refresh_tokens (token, email, expires_at) VALUES (@token, @email, '2999-01-01 00:00:00')",
                ("token", $"sha256:{user}"), ("email", $"user{user}@example.org"));
            connection.Execute(
                "INSERT INTO access_tokens VALUES (@hash, @user, @token, 0, 9999999999999)",
                ("hash", SecretToken.Hash(Token(user))), ("user", user + 1), ("token", $"sha256:{user}"));
            connection.Execute(
                "INSERT INTO devices (user_id, public_key, name, registered_at, approved_at) VALUES (@user, @key, 'bench', 0, 0)",
                ("user", user + 1), ("key", _keys[user].PublicKey));
        }

        connection.ExecuteScript("COMMIT");
    }

    /// <param name="run">Distinguishes the sessions of one run from those of another.</param>
    /// <param name="count">How many reports.</param>
    /// <param name="requestsEach">Requests to models in each.</param>
    public byte[][] Make(string run, int count, int requestsEach)
    {
        var now = TimeProvider.System.GetUtcNow();
        var timestamp = SignatureHeader.FormatTimestamp(now);
        var requests = new byte[count][];
        Parallel.For(0, count, i =>
        {
            var user = i % Users;
            var batch = Batch($"{run}-{i / (Users * Reports)}-{user}", i / Users % Reports, requestsEach, now - ((count - 1 - i) / Users * requestsEach * Gap));
            var body = JsonSerializer.SerializeToUtf8Bytes(batch, UsageJson.Default.RequestBatch);
            var head = $"""
                POST /report HTTP/1.1
                Host: localhost
                Authorization: Bearer {Token(user)}
                Content-Type: application/json
                Content-Length: {body.Length}
                {SignatureHeader.Name}: {_keys[user].Header(body, timestamp)}
                {SignatureHeader.TimestampName}: {timestamp}


                """.ReplaceLineEndings("\r\n");
            requests[i] = [.. Encoding.ASCII.GetBytes(head), .. body];
        });
        return requests;
    }

    /// <summary>What a receiver has to verify for a report of one turn.</summary>
    public (byte[] Key, byte[] Message, byte[] Signature)[] Messages(int count) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            var message = SignatureHeader.Message(
                JsonSerializer.SerializeToUtf8Bytes(Batch("s", i, 1, TimeProvider.System.GetUtcNow()), UsageJson.Default.RequestBatch), "2026-11-20T12:00:00Z");
            var key = _keys[i % Users];
            return (Convert.FromBase64String(key.PublicKey), message, key.Sign(message));
        })];

    /// <param name="session">The session's id.</param>
    /// <param name="number">The report's place among those of its session.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="end">Of the last request.</param>
    private static RequestBatch Batch(string session, int number, int count, DateTimeOffset end)
    {
        var at = (int request) => (end - ((count - 1 - request) * Gap)).ToUnixTimeMilliseconds();
        return new RequestBatch
        {
            Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64", ClaudeCodeVersion = "2.1.0" },
            Models = [A.Model],
            Sessions =
            [
                new ReportedSession
                {
                    SessionId = session,
                    Entrypoint = "cli",
                    Turns =
                    [
                        .. Enumerable.Range(0, (count + RequestsATurn - 1) / RequestsATurn).Select(turn => new ReportedTurn
                        {
                            Key = LedgerKey.OfTurn(Encoding.UTF8.GetBytes($"{session} {number} {turn}")),
                            Started = at(turn * RequestsATurn),
                            Ended = at(Math.Min(count, (turn + 1) * RequestsATurn) - 1),
                            Outcome = TurnOutcome.Completed,
                        }),
                    ],
                    Requests =
                    [
                        .. Enumerable.Range(0, count).Select(request => new ReportedRequest(
                            LedgerKey.OfRow(Encoding.UTF8.GetBytes($"{session} {number} {request}")), at(request), request / RequestsATurn, 0,
                            RequestFlags.Split, RequestOrigin.Main, 100, 10, 1000, 30, 20, 0)),
                    ],
                },
            ],
        };
    }

    private static string Token(int user) => $"atok_bench_{user}";
}
