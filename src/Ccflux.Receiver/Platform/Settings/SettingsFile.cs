using Microsoft.Extensions.Configuration.Memory;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Reads settings from an optional <c>appsettings.json</c> in the working folder. A file that exists but is not read would be worse than
/// none, because its author believes that it applies.</summary>
internal static class SettingsFile
{
    public const string Name = "appsettings.json";

    private const int MaxBytes = 1024 * 1024;

    /// <summary>The content of the file; null if there is none.</summary>
    /// <exception cref="InvalidSettingsException">It exists and cannot be read, is not JSON, or belongs to another user.</exception>
    public static MemoryConfigurationSource? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!Path.Exists(path))
        {
            return null;
        }

        if (FileOwner.Fault(path) is { } fault)
        {
            throw new InvalidSettingsException([$"{path}: {fault}"]);
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return file.Length > MaxBytes
                ? throw new InvalidSettingsException([$"{path}: it is larger than {MaxBytes / 1024} KiB."])
                : new MemoryConfigurationSource { InitialData = new ConfigurationBuilder().AddJsonStream(file).Build().AsEnumerable().ToList() };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidSettingsException([$"{path}: it cannot be read ({exception.Message})"]);
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new InvalidSettingsException([$"{path}: it is not a JSON object of settings ({(exception.InnerException ?? exception).Message})"]);
        }
    }
}
