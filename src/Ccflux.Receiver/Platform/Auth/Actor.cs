namespace Ccflux.Receiver.Platform.Auth;

/// <summary>What kind of caller acts.</summary>
internal enum ActorKind
{
    /// <summary>Nobody who is known.</summary>
    Anonymous = 0,

    /// <summary>Somebody who signed in under their own name.</summary>
    Person = 1,

    /// <summary>A program with a key of its own.</summary>
    ApiKey = 2,

    /// <summary>Anyone who has a token of the environment (ADMIN_TOKEN, VIEWER_TOKEN): nothing shows which person it is.</summary>
    BreakGlass = 3,

    /// <summary>A command on the receiver's machine.</summary>
    Cli = 4,

    /// <summary>The receiver itself.</summary>
    System = 5,

    /// <summary>The program that looks after the login of a config directory.</summary>
    Agent = 6,
}

/// <summary>Who makes a change, opens a login or is refused.</summary>
/// <param name="Kind">What kind of caller it is. Rules ask for this, never for a name.</param>
/// <param name="Id">Identifies the actor among those of its kind; empty if the kind has only one.</param>
/// <param name="DisplayName">The name by which people know the actor.</param>
/// <param name="IpAddress">The IP address of the request; empty if there was none.</param>
internal sealed record Actor(ActorKind Kind, string Id, string DisplayName, string IpAddress)
{
    public static Actor Cli { get; } = new(ActorKind.Cli, "", "cli", "");

    public static Actor System { get; } = new(ActorKind.System, "", "system", "");

    /// <summary>The text under which audit logs and the rows of changes store the actor, and pages show it. What is stored is never read back as an
    /// actor: nobody's name gives permissions.</summary>
    public string StoredName => Kind switch
    {
        ActorKind.Agent => "agent",
        ActorKind.Anonymous => "anonymous",
        _ => DisplayName,
    };

    /// <summary>Whether a person is behind it, rather than the receiver, an agent or a stranger.</summary>
    public bool IsOfPeople => Kind is ActorKind.Person or ActorKind.ApiKey or ActorKind.BreakGlass or ActorKind.Cli;

    /// <summary>A part of the receiver that acts under a name of its own.</summary>
    public static Actor PartOfSystem(string name) => new(ActorKind.System, name, name, "");

    public static Actor Agent(string agentId, string ipAddress) => new(ActorKind.Agent, agentId, agentId, ipAddress);

    public static Actor Anonymous(string ipAddress) => new(ActorKind.Anonymous, "", "", ipAddress);

    /// <param name="token">Which token: <c>admin</c> or <c>viewer</c>.</param>
    /// <param name="ipAddress">The IP address of the request.</param>
    public static Actor BreakGlass(string token, string ipAddress) => new(ActorKind.BreakGlass, token, token, ipAddress);

    /// <summary>The actor of a request.</summary>
    public static Actor Of(HttpContext context) => Principal.Of(context).Actor;
}
