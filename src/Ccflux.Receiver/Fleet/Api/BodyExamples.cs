using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Api;

/// <summary>Example bodies of agents' requests for the API's documentation. Keys and seals are well-formed but belong to nobody.</summary>
internal static class BodyExamples
{
    private const string Fingerprint = "a91c4f07be31";
    private const string Platform = "linux-x86_64";
    private const string Version = "1.0.0";

    public static EnrolRequest Enrol { get; } = new()
    {
        Code = "the code that the admin was shown",
        SigningKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        SealingKey = "a P-256 public key in base64",
        Machine = "build-1",
        Platform = Platform,
        ConfigDirId = "0123456789abcdef",
        Version = Version,
    };

    public static Heartbeat Heartbeat { get; } = new()
    {
        Sequence = 1_767_609_000_000,
        Agent = new AgentInfo { Version = Version, Platform = Platform, Login = LoginPlace.File },
        Applied = Fingerprint,
        Confirmed = [7],
        Refused = [],
        Sessions =
        [
            new LiveSession
            {
                SessionId = "4b1f0c2e-8d3a-4c55-9d0e-6f7a8b9c0d11",
                State = SessionState.Turn,
                Model = "claude-sonnet-5",
                Since = new DateTimeOffset(2026, 1, 5, 10, 30, 0, TimeSpan.Zero),
            },
        ],
    };

    public static ReturnedLogin Credential { get; } = new()
    {
        AccountIdHint = "3",
        Replaces = Fingerprint,
        HandedBack = true,
        Sealed = "sealed content in base64",
    };
}
