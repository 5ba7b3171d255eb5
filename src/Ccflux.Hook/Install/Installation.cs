using System.Text.Json;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>Adds the plugin to one config dir, and takes it out again.</summary>
internal sealed class Installation(StateDirectory state, TimeProvider time)
{
    private readonly PluginFiles _plugin = new(state);

    public bool IsInstalled => File.Exists(state.InstallRecord) || Directory.Exists(_plugin.MarketplacePath);

    public string BinaryPath => _plugin.BinaryPath;

    /// <summary>All new contents are worked out before the first file is written, so that a file that cannot be read stops it in time.</summary>
    /// <exception cref="JsonException">One of Claude Code's files is damaged; nothing was changed.</exception>
    public void Install(ClientConfig config)
    {
        var earlier = InstallRecord.Load(state);
        var changes = new List<(string Path, byte[]? Before, byte[] After)>();
        foreach (var file in ClientFile.All(state, _plugin, time.GetUtcNow()))
        {
            var current = AtomicFile.Read(file.Path);
            changes.Add((file.Path, Before(file, current, earlier?.Of(file.Path)), file.With(current)));
        }

        state.Create();
        var saved = AtomicFile.Read(state.Config);
        var before = earlier?.Of(state.Config) is { } known ? known.Before : saved;
        _plugin.Write();
        SettingsSource.Write(state, config);
        File.Delete(state.TokenRefused); // whoever installs again wants it tried again
        new InstallRecord(
        [
            .. changes.Select(change => ChangedFile.Of(change.Path, change.Before, change.After)),
            ChangedFile.Of(state.Config, before, null),
        ]).Save(state);
        foreach (var (path, _, after) in changes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Replace(path, after);
        }
    }

    public void Uninstall()
    {
        var record = InstallRecord.Load(state);
        foreach (var file in ClientFile.All(state, _plugin, time.GetUtcNow()))
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
            var without = untouched ? null : file.Without(current);
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
        _plugin.Delete();
    }

    /// <summary>What stood there before us: at a second installation, what stood there before the first, unless others wrote since.</summary>
    private static byte[]? Before(ClientFile file, byte[]? current, ChangedFile? earlier)
    {
        if (earlier is null || current is null)
        {
            return current;
        }

        return string.Equals(earlier.After, InstallRecord.Hash(current), StringComparison.Ordinal) ? earlier.Before : file.Without(current);
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
