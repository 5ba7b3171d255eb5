using System.Text.Json;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Telemetry;

namespace Ccflux.Hook.Install;

/// <summary>Adds the plugin to one config dir, and takes it out again.</summary>
internal sealed class Installation(StateDirectory state, TimeProvider time)
{
    private readonly PluginFiles _files = new(state, Plugin.All);

    public bool IsInstalled => File.Exists(state.InstallRecord) || Directory.Exists(_files.MarketplacePath);

    public string BinaryPath => _files.BinaryPath;

    /// <summary>All new contents are worked out before the first file is written, so that a file that cannot be read stops it in time.</summary>
    /// <exception cref="JsonException">One of Claude Code's files is damaged; nothing was changed.</exception>
    public void Install(ClientConfig config, Extras extras)
    {
        var earlier = InstallRecord.Load(state);
        var files = new PluginFiles(state, extras.Fleet || PluginFiles.IsThere(state, Plugin.Fleet) ? Plugin.All : [Plugin.Usage]);
        var changes = new List<(string Path, byte[]? Before, byte[] After)>();
        foreach (var file in ClientFile.All(state, files, extras, earlier, time.GetUtcNow()))
        {
            var current = AtomicFile.Read(file.Path);
            changes.Add((file.Path, Before(file, current, earlier?.Of(file.Path)), file.With(current)));
        }

        state.Create();
        var saved = AtomicFile.Read(state.Config);
        var before = earlier?.Of(state.Config) is { } known ? known.Before : saved;
        files.Write();
        SettingsSource.Write(state, config);
        File.Delete(state.TokenRefused); // whoever installs again wants it tried again
        new InstallRecord(
        [
            .. changes.Select(change => ChangedFile.Of(change.Path, change.Before, change.After)),
            ChangedFile.Of(state.Config, before, null),
        ],
        Env(earlier, extras)).Save(state);
        foreach (var (path, _, after) in changes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Replace(path, after);
        }

        if (extras.Telemetry.ContainsKey(TelemetryVariables.Headers) && !OperatingSystem.IsWindows())
        {
            // It holds a token now, which other users of the machine have no business with.
            File.SetUnixFileMode(Path.Combine(state.ConfigDir, "settings.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public void Uninstall()
    {
        var record = InstallRecord.Load(state);
        foreach (var file in ClientFile.All(state, _files, Extras.None, record, time.GetUtcNow()))
        {
            if (AtomicFile.Read(file.Path) is not { } current)
            {
                continue;
            }

            var known = record?.Of(file.Path);
            if (known?.Before is { } before && before.AsSpan().SequenceEqual(current))
            {
                continue; // an installation that did not get this far
            }

            var untouched = known is not null && string.Equals(known.After, InstallRecord.Hash(current), StringComparison.Ordinal);
            var without = untouched ? null : file.Without(current, known?.Before);
            if (known is not null && (untouched || ClientFile.SameJson(without, known.Before)))
            {
                Restore(file.Path, known.Before);
            }
            else
            {
                Replace(file.Path, without!); // changed by others since: only ours goes
            }
        }

        if (record?.Of(state.Config) is { } config)
        {
            Restore(state.Config, config.Before);
        }

        File.Delete(state.InstallRecord);
        _files.Delete();
    }

    /// <summary>What stood there before us: at a second installation, what stood there before the first, unless others wrote since.</summary>
    private static byte[]? Before(ClientFile file, byte[]? current, ChangedFile? earlier)
    {
        if (earlier is null || current is null)
        {
            return current;
        }

        return string.Equals(earlier.After, InstallRecord.Hash(current), StringComparison.Ordinal) ? earlier.Before : file.Without(current, earlier.Before);
    }

    private static Dictionary<string, string> Env(InstallRecord? earlier, Extras extras)
    {
        var env = new Dictionary<string, string>(earlier?.Env ?? Extras.None.Telemetry, StringComparer.Ordinal);
        foreach (var (name, value) in extras.Telemetry)
        {
            env[name] = SettingsEnv.HashOf(value);
        }

        return env;
    }

    private static void Restore(string path, byte[]? before)
    {
        if (before is null)
        {
            File.Delete(path);
        }
        else
        {
            Replace(path, before);
        }
    }

    /// <summary>Whole or not at all, keeping the file's mode and, where it is a link to a file elsewhere (dotfiles), the link.</summary>
    private static void Replace(string path, byte[] content)
    {
        var target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
        var mode = !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) : (UnixFileMode?)null;
        AtomicFile.Write(target, content);
        if (mode is { } kept && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target, kept);
        }
    }
}
