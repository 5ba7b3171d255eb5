using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Agent;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux agent enrol</c>: creates this config directory's keys and sends their public halves to the receiver, with the code that its admin issued.
/// The code comes from a file or from standard input, never from the arguments.</summary>
internal static class EnrolCommand
{
    public static async Task<int> RunAsync(Arguments arguments, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        if (arguments.State() is not { } state)
        {
            return await RefuseAsync(output, arguments.Problem!).ConfigureAwait(false);
        }

        var endpoint = arguments.Value("--endpoint") ?? SettingsSource.Read(state).Endpoint;
        if (endpoint is not { Length: > 0 })
        {
            return await RefuseAsync(output, "The receiver's URL is not known: set it with --endpoint.").ConfigureAwait(false);
        }

        if (Endpoint.Parse(endpoint, Environment.GetEnvironmentVariable("CCFLUX_ALLOW_HTTP") is "1", out var why) is not { } address)
        {
            return await RefuseAsync(output, why).ConfigureAwait(false);
        }

        if (arguments.Value("--code-file") is { } path && path is not "-" && !File.Exists(path))
        {
            return await RefuseAsync(output, "The file named by --code-file does not exist.").ConfigureAwait(false);
        }

        var code = (arguments.Value("--code-file") is { } file and not "-" ? await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false) : input.ReadLine())?.Trim();
        if (code is not { Length: > 0 and <= FleetLimits.MaxEnrolmentCode })
        {
            return await RefuseAsync(output, "No code was given. The receiver's admin creates one with: ccflux-receiver fleet enrol").ConfigureAwait(false);
        }

        var expected = arguments.Value("--receiver-key")?.Trim().ToLowerInvariant();
        if (expected is not null && expected.Length != KeyFingerprint.Length)
        {
            return await RefuseAsync(output, $"--receiver-key must be the fingerprint shown to the receiver's admin with the code, {KeyFingerprint.Length} characters.").ConfigureAwait(false);
        }

        return await EnrolAsync(state, address, code, expected, output, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> EnrolAsync(StateDirectory state, Uri address, string code, string? expected, TextWriter output, CancellationToken cancellationToken)
    {
        var fleet = new FleetDirectory(state);
        state.Create();
        FleetDirectory.Create(fleet.Root);
        using var taken = DeliverLock.TryTake(fleet.Lock);
        if (taken is null)
        {
            return await RefuseAsync(output, "An agent is running for this config directory. It ends shortly after its last session; enrol again then.").ConfigureAwait(false);
        }

        var log = new StateLog(state, TimeProvider.System);
        File.Delete(fleet.Enrolment);
        using var keys = AgentKeys.Create(fleet, log);
        var configDirId = IdOf(state.ConfigDir);
        var request = new EnrolRequest
        {
            Code = code,
            SigningKey = keys.Signing.PublicBase64,
            SealingKey = CredentialSeal.PublicKeyOf(keys.Sealing),
            Machine = Environment.MachineName,
            Platform = ClientVersion.Platform,
            ConfigDirId = configDirId,
            Version = ClientVersion.Text,
        };
        var clock = new ClockSkew(TimeProvider.System);
        using var client = new ReceiverClient(address, clock, Environment.GetEnvironmentVariable("CCFLUX_CA_CERT"));
        var json = JsonSerializer.SerializeToUtf8Bytes(request, FleetJson.Default.EnrolRequest);
        var answer = await client.PostAsAgentAsync(Routes.AgentEnrol, null, json, keys.Signing, cancellationToken).ConfigureAwait(false);
        if (answer.Code is ErrorCodes.TimestampStale && clock.Measure(answer.ServerTime))
        {
            answer = await client.PostAsAgentAsync(Routes.AgentEnrol, null, json, keys.Signing, cancellationToken).ConfigureAwait(false);
        }

        if (!answer.IsSuccess || Reply(answer) is not { } reply)
        {
            return await RefuseAsync(output, Explain(answer)).ConfigureAwait(false);
        }

        var receiver = KeyFingerprint.Of(reply.SigningKey, reply.SealingKey);
        if (expected is not null && !string.Equals(expected, receiver, StringComparison.Ordinal))
        {
            return await RefuseAsync(
                output,
                $"The server that answered has different keys ({receiver}) than the receiver ({expected}): something intercepts the connection, or the receiver's keys have changed. Nothing was enrolled; tell the admin, who should revoke agent {reply.AgentId}.").ConfigureAwait(false);
        }

        var enrolment = new Enrolment(address.ToString(), reply.AgentId, reply.SealingKey, reply.SigningKey, configDirId, TimeProvider.System.GetUtcNow());
        FleetStateJson.Write(fleet.Enrolment, enrolment, FleetStateJson.Default.Enrolment);
        await output.WriteLineAsync($"""
            Enrolled as agent {reply.AgentId} for {state.ConfigDir}. It starts with the next session of Claude Code that has the plugin ccflux-fleet.
            Receiver's keys: {receiver}{(expected is null ? "  (check that its admin was shown the same with the code)" : "")}
            This agent's keys: {KeyFingerprint.Of(request.SigningKey, request.SealingKey)}  (the admin compares them before granting it an account)
            """).ConfigureAwait(false);
        return 0;
    }

    private static string Explain(ReceiverResponse answer) => answer switch
    {
        { Code: ErrorCodes.CodeInvalid } => "The receiver rejects this code: it is unknown, already used, or older than an hour. Ask its admin for a new one.",
        { IsSuccess: true } => "The server that answered is not a receiver with a fleet.",
        { Status: 404 } => "The receiver has no fleet: its admin enables it with FLEET=1.",
        _ => $"The receiver did not enrol this agent: {answer.Describe()}.",
    };

    private static EnrolReply? Reply(ReceiverResponse answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body, FleetJson.Default.EnrolReply) is { } reply
                && CredentialSeal.IsPublicKey(reply.SealingKey) && CredentialSeal.IsPublicKey(reply.SigningKey) && PlainId(reply.AgentId) ? reply : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether an id is harmless: it is used in headers and printed to the terminal.</summary>
    private static bool PlainId(string id) => id.Length is > 0 and <= FleetLimits.MaxId && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Identifies the config directory to the receiver; its path is not sent.</summary>
    private static string IdOf(string configDir)
    {
        var machine = File.Exists("/etc/machine-id") ? File.ReadAllText("/etc/machine-id").Trim() : Environment.MachineName;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{machine}\n{Path.TrimEndingDirectorySeparator(configDir)}"));
        return Convert.ToHexStringLower(hash)[..FleetLimits.ConfigDirId];
    }

    private static async Task<int> RefuseAsync(TextWriter output, string sentence)
    {
        await output.WriteLineAsync(sentence).ConfigureAwait(false);
        return 2;
    }
}
