using System.Diagnostics;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.EndToEnd;

/// <summary>The published hook program against the real receiver: nothing is lost and nothing is counted twice, whatever dies in between.</summary>
public sealed class HookToReceiverTests
{
    private const string Email = "petra@example.org";

    /// <summary>Turns, distinct requests, output tokens, and the same output from the sums by day.</summary>
    private const string Figures = """
        SELECT (SELECT count(*) FROM turns),
               (SELECT count(DISTINCT request_key) FROM requests),
               (SELECT coalesce(sum(output_tokens), 0) FROM requests),
               (SELECT coalesce(sum(output_tokens), 0) FROM usage_days)
        """;

    [Fact]
    public async Task ReceiverAway_For700Turns_AllArriveSignedWithTheirOwnTimes()
    {
        using var receiver = NewReceiver();
        using var machine = new Machine(receiver.Address.OriginalString, await receiver.AddUserAsync(Email));
        var start = DateTimeOffset.UtcNow.AddHours(-20);
        for (var i = 0; i < 700; i++)
        {
            var session = $"session-{i % 7}";
            machine.AddTurn(session, start.AddSeconds(i * 60), output: i + 1);
            if (i % 100 == 99)
            {
                machine.Spool(session);
                await machine.DeliverAsync();
            }
        }

        await receiver.StartAsync();
        for (var i = 0; i < 7; i++)
        {
            machine.Spool($"session-{i}");
        }

        await machine.DeliverAsync();

        Assert.Equal([700, 700, 700 * 701 / 2, 700 * 701 / 2], receiver.Query(Figures, 4));
        Assert.Equal([700, 0], receiver.Query($"""
            SELECT count(DISTINCT t.ended_at), sum(s.device_ref IS NULL OR t.started_at < {start.ToUnixTimeMilliseconds()} - 1)
            FROM turns t JOIN sessions s ON s.user_id = t.user_id AND s.session_key = t.session_key
            """, 2));
    }

    [Fact]
    public async Task Receiver_KilledAgainAndAgainWhileTurnsComeIn_HasEachOnce()
    {
        using var receiver = NewReceiver();
        using var machine = new Machine(receiver.Address.OriginalString, await receiver.AddUserAsync(Email));
        var start = DateTimeOffset.UtcNow.AddHours(-2);
        var random = new Random(2026);
        var turns = 0;
        for (var round = 0; round < 4; round++)
        {
            await receiver.StartAsync();
            for (var i = 0; i < 120; i++, turns++)
            {
                machine.AddTurn($"session-{turns % 5}", start.AddSeconds(turns), output: turns + 1);
            }

            for (var i = 0; i < 5; i++)
            {
                machine.Spool($"session-{i}");
            }

            var delivery = machine.DeliverAsync();
            await Task.Delay(random.Next(30, 400), TestContext.Current.CancellationToken);
            receiver.Kill();
            await delivery;
        }

        await receiver.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            machine.Spool($"session-{i}");
        }

        await machine.DeliverAsync();

        var output = (long)turns * (turns + 1) / 2;
        Assert.Equal([turns, turns, output, output], receiver.Query(Figures, 4));
        Assert.Equal(0, new FileInfo(machine.State.Outbox) is { Exists: true } outbox ? outbox.Length : 0);
    }

    [Fact]
    public async Task Hooks_TwoSessionsStopAtTheSameInstant_BothArriveByThemselves()
    {
        using var receiver = NewReceiver();
        using var machine = new Machine(receiver.Address.OriginalString, await receiver.AddUserAsync(Email));
        await receiver.StartAsync();
        machine.AddTurn("one", DateTimeOffset.UtcNow.AddMinutes(-1), output: 3);
        machine.AddTurn("two", DateTimeOffset.UtcNow.AddMinutes(-1), output: 4);

        await Task.WhenAll(machine.HookAsync("one"), machine.HookAsync("two"));

        await Wait.UntilAsync(() => receiver.Query(Figures, 4)[0] == 2, "both turns are in the database");
        Assert.Equal([2, 2, 7, 7], receiver.Query(Figures, 4));
        await Wait.UntilAsync(() => new FileInfo(machine.State.Spool).Length == 0 && !DeliverLock.IsTaken(machine.State.Lock), "deliver ends");
    }

    [Fact]
    public async Task ReceiversDisk_Full_EverythingArrivesOnceThereIsRoom()
    {
        var folder = Directory.CreateTempSubdirectory("ccflux-small-disk-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder), "a small disk cannot be mounted here (root only)");
        try
        {
            using var receiver = NewReceiver(folder);
            using var machine = new Machine(receiver.Address.OriginalString, await receiver.AddUserAsync(Email));
            await receiver.StartAsync();
            var ballast = Path.Combine(folder, "ballast");
            Run("dd", "if=/dev/zero", $"of={ballast}", "bs=4k");
            for (var i = 0; i < 400; i++)
            {
                machine.AddTurn("session", DateTimeOffset.UtcNow.AddHours(-1).AddSeconds(i), output: i + 1);
            }

            machine.Spool("session");
            await machine.DeliverAsync();
            var stored = receiver.Query(Figures, 4)[0];

            File.Delete(ballast);
            // The receiver asked to wait for a while; deliver complies.
            machine.Environment["CCFLUX_PATIENCE_SECS"] = "60";
            await Wait.UntilAsync(
                () =>
                {
                    machine.Spool("session");
                    return machine.DeliverAsync().GetAwaiter().GetResult().ExitCode == 0 && receiver.Query(Figures, 4)[0] == 400;
                },
                "everything arrives");

            Assert.True(stored < 400, "the disk was never full");
            Assert.Equal([400, 400, 400 * 401 / 2, 400 * 401 / 2], receiver.Query(Figures, 4));
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    [Fact]
    public async Task Deliver_KilledAtEachStep_SendsAgainAndNothingDoubles()
    {
        using var receiver = NewReceiver();
        using var machine = new Machine(receiver.Address.OriginalString, await receiver.AddUserAsync(Email));
        await receiver.StartAsync();
        for (var i = 0; i < 250; i++)
        {
            machine.AddTurn("session", DateTimeOffset.UtcNow.AddHours(-1).AddSeconds(i), output: i + 1);
        }

        foreach (var fault in new[] { Fault.Scanned, Fault.OutboxSaved, Fault.Committed, Fault.Posting, Fault.Acknowledged, Fault.OutboxTrimmed })
        {
            machine.Spool("session");
            Assert.Equal(137, (await machine.DeliverAsync(fault)).ExitCode);
        }

        machine.Spool("session");
        await machine.DeliverAsync();

        Assert.Equal([250, 250, 250 * 251 / 2, 250 * 251 / 2], receiver.Query(Figures, 4));
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static ReceiverProcess NewReceiver(string? folder = null) => new ReceiverProcess(folder).With("RATE_LIMIT_PER_MINUTE", "100000");
}
