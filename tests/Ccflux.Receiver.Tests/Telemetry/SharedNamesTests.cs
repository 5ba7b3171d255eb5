using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Decode;
using Ccflux.Receiver.Telemetry.Receive.Normalize;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Two texts with the same hash stay separate: what one user sends never replaces another's.</summary>
public sealed class SharedNamesTests
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD6E8FEB86659FD93;
    private static readonly SearchValues<byte> s_letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/@[]+"u8);

    [Fact]
    public void Forged_HasTheHashOfTheGenuineName()
    {
        const string Genuine = "claude-opus-9-20270303";
        var forged = Forge(Genuine);

        Assert.NotEqual(Genuine, forged);
        Assert.Equal(StableHash.Of(Encoding.ASCII.GetBytes(Genuine)), StableHash.Of(Encoding.ASCII.GetBytes(forged)));
    }

    [Fact]
    public void Name_AfterAForgedOne_IsItself()
    {
        const string Genuine = "claude-sonnet-9-20270101";

        Assert.Equal(Forge(Genuine), SafeText.Name(Encoding.ASCII.GetBytes(Forge(Genuine))));
        Assert.Equal(Genuine, SafeText.Name(Encoding.ASCII.GetBytes(Genuine)));
        Assert.Equal(Genuine, SafeText.Name(Encoding.ASCII.GetBytes(Genuine)));
    }

    [Fact]
    public async Task Service_AfterAForgedOneOfAnotherUser_IsTaken()
    {
        const string Service = "our-own-claude-wrapper";
        await using var host = await OtlpHost.StartAsync(("OTLP_SERVICES", Service));
        var (alice, bob) = (await TokenAsync(host, "alice@example.org"), await TokenAsync(host, "bob@example.org"));

        using var forged = await host.PostJsonAsync("logs", Otlp.LogsOf(Forge(Service), Otlp.Bare(Otlp.Request("req-a"))), alice);
        using var genuine = await host.PostJsonAsync("logs", Otlp.LogsOf(Service, Otlp.Bare(Otlp.Request("req-b"))), bob);

        Assert.Contains("1 of 1 refused", await OtlpHost.TextOfAsync(forged), StringComparison.Ordinal);
        Assert.Equal("{}", await OtlpHost.TextOfAsync(genuine));
        Assert.Equal(1, host.Scalar<long>("SELECT count(*) FROM telemetry_events"));
    }

    [Fact]
    public async Task Model_AfterAForgedOneOfAnotherUser_IsStoredUnderItsName()
    {
        const string Model = "claude-haiku-9-20270202";
        await using var host = await OtlpHost.StartAsync();
        var (alice, bob) = (await TokenAsync(host, "alice@example.org"), await TokenAsync(host, "bob@example.org"));

        using var forged = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("req-a", model: Forge(Model))), alice);
        using var genuine = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("req-b", model: Model)), bob);

        Assert.Equal(
            new[] { Forge(Model), Model }.Order(StringComparer.Ordinal),
            host.Query<string>("SELECT n.name FROM telemetry_events e JOIN telemetry_names n ON n.name_id = e.model_id").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Session_AfterAForgedOneInTheSameMessage_IsItself()
    {
        // A collector combines the records of several people in one message.
        const string Session = "5d8f0c62-0a52-4a3c-9a4e-000000000001";
        await using var host = await OtlpHost.StartAsync();
        var forged = Otlp.Request("req-a", session: Forge(Session), more: ("user.email", "alice@example.org"));
        var genuine = Otlp.Request("req-b", session: Session, more: ("user.email", "bob@example.org"));

        using var response = await host.PostJsonAsync("logs", Otlp.Logs(forged, genuine));

        Assert.Equal("{}", await OtlpHost.TextOfAsync(response));
        Assert.Equal(2, host.Scalar<long>("SELECT count(DISTINCT session_id) FROM telemetry_sessions WHERE anonymous = 0"));
    }

    private static async Task<string> TokenAsync(OtlpHost host, string email)
    {
        await host.Receiver.Service<Ccflux.Receiver.Identity.Users.UserAdministration>().AddAsync(Actor.System, email, "");
        return (await host.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, email)).Token!;
    }

    /// <summary>Another name of the same length and hash: any first eight bytes will do if the next eight, which compensate for them, form a valid name too.</summary>
    private static string Forge(string genuine)
    {
        var bytes = Encoding.ASCII.GetBytes(genuine);
        var start = Mix(First ^ (ulong)bytes.Length, Second);
        var second = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8));
        var wanted = Mix(start ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), Second) ^ second;
        Span<byte> both = stackalloc byte[16];
        for (var attempt = 0; ; attempt++)
        {
            Encoding.ASCII.GetBytes($"f{attempt:D7}", both);
            BinaryPrimitives.WriteUInt64LittleEndian(both[8..], Mix(start ^ BinaryPrimitives.ReadUInt64LittleEndian(both), Second) ^ wanted);
            if (both[8..].IndexOfAnyExcept(s_letters) < 0)
            {
                return Encoding.ASCII.GetString(both) + genuine[16..];
            }
        }
    }

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low ^ left;
    }
}
