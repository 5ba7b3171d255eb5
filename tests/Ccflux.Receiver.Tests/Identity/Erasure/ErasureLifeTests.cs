using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Secrets;
using Ccflux.Receiver.Tests.Telemetry;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Identity.Erasure;

/// <summary>A person's whole life with a receiver, and then nothing of it: not in the database's bytes, not in its log, not in what is exported, and never in a log.</summary>
public sealed class ErasureLifeTests
{
    private const string Amara = "amara.okafor@people.example";
    private const string Ben = "ben@example.org";
    private const string Device = "amaras-own-laptop";
    private const string Session = "5e551011-aaaa-4bbb-8ccc-0123456789ab";
    private const string ClaimedSession = "c1a13ed0-aaaa-4bbb-8ccc-0123456789ab";
    private const string Installation = "1457a11a7107-of-amara";
    private const string RequestId = "req_of_amara_alone";

    private readonly List<SecretForms> _secrets = [new("address", Amara), new("name", "amara.okafor"), new("device", Device), new("session", Session), new("claimed session", ClaimedSession), new("installation", Installation), new("request", RequestId)];

    [Fact]
    public async Task AWholeLife_LeavesNothingButANumber()
    {
        await using var wire = await Wire.StartAsync(("OTLP_TOKEN", OtlpHost.Token));
        await LiveAsync(wire, Ben, new DeviceKey(), "bens-laptop", "5e551011-bbbb-4bbb-8ccc-0123456789ab", "install-of-ben", "req_of_ben", []);
        var before = Figures(wire);
        await LiveAsync(wire, Amara, new DeviceKey(), Device, Session, Installation, RequestId, _secrets);
        var admin = await wire.Receiver.SignInAsync();
        foreach (var page in new[] { "/admin/", $"/admin/users/{Amara}", "/admin/telemetry", $"/api/v1/usage/users", "/quota" })
        {
            using var shown = await wire.Receiver.Client.FetchAsync(page, admin);
            Assert.Contains((int)shown.StatusCode, new[] { 200, 303 });
        }

        Assert.NotEmpty(FoundIn(await File.ReadAllBytesAsync(wire.Receiver.DatabasePath + "-wal", TestContext.Current.CancellationToken)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(wire, admin, "somebody@else.example"));
        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(wire, admin, Amara));
        await UntilErasedAsync(wire);

        using (var export = await wire.Receiver.Client.FetchAsync("/admin/?export=1&days=all", admin))
        {
            Assert.Equal(HttpStatusCode.OK, export.StatusCode);
            var file = await export.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Empty(FoundIn(file));
            Assert.Contains(Ben, Encoding.UTF8.GetString(file), StringComparison.Ordinal);
        }

        Assert.Empty(FoundIn(Encoding.UTF8.GetBytes(string.Join('\n', wire.Receiver.LogLines))));
        Assert.Contains(wire.Receiver.LogLines, line => line.Contains("erased person 1", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(wire.Receiver.Folder))
        {
            Assert.Empty(FoundIn(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).Select(found => $"{Path.GetFileName(file)}: {found}"));
        }

        Assert.Equal(before, Figures(wire));
    }

    private static string[] Figures(Wire wire) =>
        [.. wire.Rows("SELECT * FROM user_totals"), .. wire.Rows("SELECT * FROM usage_days"), .. wire.Rows("SELECT count(*) FROM devices"), .. wire.Rows("SELECT count(*) FROM telemetry_events")];

    /// <summary>Sign-up, registration, reports, telemetry under the own token and under the organisation's.</summary>
    private static async Task LiveAsync(Wire wire, string email, DeviceKey key, string device, string session, string installation, string request, List<SecretForms> secrets)
    {
        var refresh = await wire.AddUserAsync(email);
        var access = await wire.AccessAsync(refresh);
        var telemetry = (await wire.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, email)).Token!;
        using (var registered = await wire.RegisterAsync(access, key, device, key))
        {
            Assert.Equal(HttpStatusCode.OK, registered.StatusCode);
        }

        var turns = Enumerable.Range(0, 40).Select(index => A.Turn(session, index, wire.Now.AddMinutes(-5 - (index * 50)), output: index + 1) with
        {
            LimitEvents = [new LimitEvent { AtUtc = wire.Now.AddMinutes(-5 - (index * 50)), Final = index == 3, Window = "five_hour", ResetsAtUtc = wire.Now.AddHours(1) }],
        }).ToArray();
        var batch = A.Batch(turns);
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch, key));
        var own = Otlp.Request(request, session, at: wire.Now.AddMinutes(-30), more: ("user.id", installation));
        var claimed = Otlp.Request(request + "_claimed", session.Replace("5e551011", "c1a13ed0", StringComparison.Ordinal), at: wire.Now.AddMinutes(-29), more: [("user.email", email), ("user.id", installation)]);
        foreach (var (token, record) in new[] { (telemetry, own), (OtlpHost.Token, claimed) })
        {
            using var sent = await wire.SendAsync("/v1/logs", token, Encoding.UTF8.GetBytes(Otlp.Logs(record)));
            Assert.Equal("{}", await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        foreach (var (name, token) in new[] { ("refresh token", refresh), ("access token", access), ("telemetry token", telemetry) })
        {
            secrets.Add(new SecretForms(name, token));
            secrets.Add(new SecretForms(name + "'s hash", SHA256.HashData(Encoding.UTF8.GetBytes(token))));
        }

        secrets.Add(new SecretForms("public key", key.PublicKey));
        secrets.Add(new SecretForms("public key's bytes", Convert.FromBase64String(key.PublicKey)));
        foreach (var number in batch.Sessions[0].Requests!.Select(reported => reported.Key).Concat(batch.Sessions[0].Turns!.Select(turn => turn.Key)).Append(LedgerKey.OfSession(session)))
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            secrets.Add(new SecretForms($"key {number}", bytes));
        }
    }

    private List<string> FoundIn(byte[] content) => [.. _secrets.SelectMany(secret => secret.FindIn(content)).Distinct(StringComparer.Ordinal)];

    private static async Task<HttpStatusCode> PostAsync(Wire wire, string cookie, string confirmed)
    {
        var path = $"/admin/users/{Uri.EscapeDataString(Amara)}/erase";
        using var question = await wire.Receiver.Client.FetchAsync(path, cookie);
        var page = await question.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var token = WebUtility.HtmlDecode(page.Split($"name=\"{Principal.AntiforgeryField}\" value=\"")[1].Split('"')[0]);
        using var answer = await wire.Receiver.Client.PostFormAsync(path, [new(Principal.AntiforgeryField, token), new("back", "/admin/"), new("confirmed", confirmed)], cookie);
        return answer.StatusCode;
    }

    private static async Task UntilErasedAsync(Wire wire)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TestDeadline.Ample;
        while (TimeProvider.System.GetUtcNow() < deadline
            && (wire.Scalar<long>("SELECT count(*) FROM erasures WHERE finished_at IS NULL") > 0 || new FileInfo(wire.Receiver.DatabasePath + "-wal").Length > 0))
        {
            wire.Time.Advance(TimeSpan.FromMilliseconds(500));
            // The job works on a thread of its own and tells nobody when a round has ended.
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM erasures WHERE finished_at IS NULL"));
    }
}
