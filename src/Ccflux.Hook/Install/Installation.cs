using System.Text.Json;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Telemetry;

namespace Ccflux.Hook.Install;

/// <summary>Adds the plugin to one config directory, and removes it.</summary>
internal sealed class Installation(StateDirectory state, TimeProvider time)
{
    private readonly PluginFiles _files = new(state, Plugin.All);

    public bool IsInstalled => File.Exists(state.InstallRecord) || Directory.Exists(_files.MarketplacePath);

    public string BinaryPath => _files.BinaryPath;

    /// <summary>Prepares all changes and checks that they can be written. Nothing is written yet.</summary>
    /// <exception cref="InstallException">It cannot.</exception>
    public InstallPlan Plan(ClientConfig config, OptionalSettings optional)
    {
        var earlier = InstallRecord.Load(state);
        var files = new PluginFiles(state, optional.Fleet || PluginFiles.IsThere(state, Plugin.Fleet) ? Plugin.All : [Plugin.Usage]);
        var clientFiles = ClientFile.All(state, files, optional, earlier, time.GetUtcNow());
        Check([.. clientFiles.Select(file => file.Path), .. files.Paths(), state.Config, state.InstallRecord, state.TokenRefused], files.ProgramFolders(), files.Bytes);
        var changes = new List<FileChange>();
        foreach (var file in clientFiles)
        {
            var current = AtomicFile.Read(file.Path);
            changes.Add(Sound(file.Path, () => new FileChange(file.Path, Before(file, current, earlier?.Of(file.Path)), file.With(current))));
        }

        var before = earlier?.Of(state.Config) is { } known ? known.Before : AtomicFile.Read(state.Config);
        return new InstallPlan(config, optional, files, changes, new InstallRecord(
        [
            .. changes.Select(change => ChangedFile.Of(change.Path, change.Before, change.After)),
            ChangedFile.Of(state.Config, before, null),
        ],
        Env(earlier, optional)));
    }

    /// <summary>Writes the record first: with it, uninstall can undo whatever was done.</summary>
    /// <exception cref="InstallException">Something could not be written despite the check.</exception>
    public void Install(InstallPlan plan)
    {
        var steps = new Steps();
        steps.Run(state.Root, state.Create);
        steps.Run(state.InstallRecord, () => plan.Record.Save(state));
        steps.Run($"{_files.MarketplacePath} and its copy in {_files.CacheRoot}", plan.Files.Write);
        steps.Run(state.Config, () => SettingsSource.Write(state, plan.Config));
        steps.Run(state.TokenRefused, () => File.Delete(state.TokenRefused)); // after a new installation the token is tried again
        foreach (var change in plan.Changes)
        {
            steps.Run(change.Path, () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(change.Path)!);
                Replace(change.Path, change.After);
            });
        }

        if (plan.OptionalSettings.Telemetry.ContainsKey(TelemetryVariables.Headers))
        {
            // It contains a token now, which other users of the machine must not read.
            var settings = Path.Combine(state.ConfigDir, "settings.json");
            steps.Run(settings, () => MakePrivate(settings));
        }
    }

    /// <summary>Prepares and checks what is to be restored, before anything is changed.</summary>
    /// <exception cref="InstallException">It cannot be written.</exception>
    public IReadOnlyList<(string Path, byte[]? Content)> PlanRemoval()
    {
        var record = InstallRecord.Load(state);
        var changes = new List<(string Path, byte[]? Content)>();
        foreach (var file in ClientFile.All(state, _files, OptionalSettings.None, record, time.GetUtcNow()))
        {
            if (WriteCheck.File(file.Path) is { } problem)
            {
                throw new InstallException(problem);
            }

            if (AtomicFile.Read(file.Path) is not { } current)
            {
                continue;
            }

            var known = record?.Of(file.Path);
            if (known?.Before is { } before && before.AsSpan().SequenceEqual(current))
            {
                continue; // an installation that did not get this far
            }

            changes.Add((file.Path, Sound(file.Path, () => Restored(file, current, known))));
        }

        if (record?.Of(state.Config) is { } config)
        {
            changes.Add((state.Config, config.Before));
        }

        Check([.. changes.Select(change => change.Path), state.InstallRecord], [], bytes: 0);
        return changes;
    }

    /// <exception cref="InstallException">Something could not be written despite the check.</exception>
    public void Uninstall(IReadOnlyList<(string Path, byte[]? Content)> changes)
    {
        var steps = new Steps();
        foreach (var (path, content) in changes)
        {
            steps.Run(path, () =>
            {
                if (content is null)
                {
                    File.Delete(WriteCheck.Target(path));
                }
                else
                {
                    Replace(path, content);
                }
            });
        }

        steps.Run($"{_files.MarketplacePath} and its copy in {_files.CacheRoot}", _files.Delete);
        steps.Run(state.InstallRecord, () => File.Delete(state.InstallRecord));
    }

    private void Check(IEnumerable<string> files, IEnumerable<string> folders, long bytes)
    {
        var problem = state.Refusal()
            ?? folders.Prepend(state.Root).Select(WriteCheck.Folder).Concat(files.Select(WriteCheck.File)).FirstOrDefault(found => found is not null)
            ?? WriteCheck.Space(state.ConfigDir, bytes);
        if (problem is not null)
        {
            throw new InstallException(problem);
        }
    }

    private static T Sound<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException)
        {
            throw InstallException.Damaged(path);
        }
    }

    /// <summary>The file as it was before us if nothing else has changed it since, else without our entries; null if it is to be deleted.</summary>
    private static byte[]? Restored(ClientFile file, byte[] current, ChangedFile? known)
    {
        if (known is not null && string.Equals(known.After, InstallRecord.Hash(current), StringComparison.Ordinal))
        {
            return known.Before;
        }

        var without = file.Without(current, known?.Before);
        return known is not null && JsonText.Same(without, known.Before) ? known.Before : without;
    }

    /// <summary>The content before us; for a second installation, the content before the first one, unless something else has changed the file since.</summary>
    private static byte[]? Before(ClientFile file, byte[]? current, ChangedFile? earlier)
    {
        if (earlier is null || current is null)
        {
            return current;
        }

        return string.Equals(earlier.After, InstallRecord.Hash(current), StringComparison.Ordinal) ? earlier.Before : file.Without(current, earlier.Before);
    }

    private static Dictionary<string, string> Env(InstallRecord? earlier, OptionalSettings optional)
    {
        var env = new Dictionary<string, string>(earlier?.Env ?? OptionalSettings.None.Telemetry, StringComparer.Ordinal);
        foreach (var (name, value) in optional.Telemetry)
        {
            env[name] = SettingsEnv.HashOf(value);
        }

        return env;
    }

    private static void MakePrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Writes the file atomically, keeping its mode and, if it is a link to a file elsewhere (dotfiles), the link.</summary>
    private static void Replace(string path, byte[] content)
    {
        var target = WriteCheck.Target(path);
        var mode = !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) : (UnixFileMode?)null;
        AtomicFile.Write(target, content);
        if (mode is { } kept && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target, kept);
        }
    }
}

/// <summary>One of the client's files as it is, or was before us, and as it will be.</summary>
internal sealed record FileChange(string Path, byte[]? Before, byte[] After);

/// <summary>Everything that an installation writes.</summary>
internal sealed record InstallPlan(ClientConfig Config, OptionalSettings OptionalSettings, PluginFiles Files, IReadOnlyList<FileChange> Changes, InstallRecord Record);
