using Ccflux.Hook.Install;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary>Parses a command's options strictly: an unknown option is reported as a mistake, not guessed at.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private Arguments()
    {
    }

    /// <summary>The sentence to show if the options are wrong.</summary>
    public string? Problem { get; private set; }

    /// <param name="arguments">The arguments after the command's name.</param>
    /// <param name="known">Known options; those that end in <c>=</c> take a value.</param>
    public static Arguments Read(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> known)
    {
        var read = new Arguments();
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? (arguments[i][..at], arguments[i][(at + 1)..])
                : (arguments[i], null);
            if (known.Contains(name + "="))
            {
                if (value is null && ++i == arguments.Length)
                {
                    read.Problem = $"{name} needs a value.";
                    return read;
                }

                read._values[name] = value ?? arguments[i];
            }
            else if (value is null && known.Contains(name))
            {
                read._values[name] = "";
            }
            else
            {
                read.Problem = $"Unknown option {name}. Try: ccflux help";
                return read;
            }
        }

        return read;
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Value(string name) => _values.GetValueOrDefault(name);

    /// <summary>The state directories of the folders that <c>--config-dir</c>, else <c>CLAUDE_CONFIG_DIR</c>, names. If one of them does not exist, <see cref="Problem"/>
    /// says so and the list is empty.</summary>
    public IReadOnlyList<StateDirectory> States()
    {
        var named = Value("--config-dir") is { Length: > 0 } value ? value : ConfigDirNames.FromEnvironment;
        var dirs = named is null ? [ConfigDirs.Default] : ConfigDirNames.Read(named);
        if (dirs.FirstOrDefault(dir => !Directory.Exists(dir)) is { } missing)
        {
            Problem = $"There is no folder {missing}.";
            return [];
        }

        return [.. dirs.Select(dir => new StateDirectory(dir))];
    }

    /// <summary>Like <see cref="States"/>, for commands that work on one folder at a time; null with a <see cref="Problem"/>.</summary>
    public StateDirectory? State()
    {
        var states = States();
        if (states.Count > 1)
        {
            Problem = "Several folders are set, but this command takes one: choose it with --config-dir.";
            return null;
        }

        return states.Count == 1 ? states[0] : null;
    }
}
