using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>A file as it was before the installation (null: it did not exist), and a hash of its content after it.</summary>
internal sealed record ChangedFile(string Path, string? BeforeBase64, string After)
{
    // Not a byte[] property: generated serialisers write a null array as an empty one.
    [JsonIgnore]
    public byte[]? Before => BeforeBase64 is null ? null : Convert.FromBase64String(BeforeBase64);

    public static ChangedFile Of(string path, byte[]? before, byte[]? after) =>
        new(path, before is null ? null : Convert.ToBase64String(before), after is null ? "" : InstallRecord.Hash(after));
}

/// <summary><c>install.json</c>: what uninstall needs to restore everything byte for byte.</summary>
/// <param name="Files">The files that were changed.</param>
/// <param name="Env">Variables that were added to settings.json, with hashes of their values. Older records have none.</param>
internal sealed record InstallRecord(IReadOnlyList<ChangedFile> Files, IReadOnlyDictionary<string, string>? Env = null)
{
    private bool IsWhole => Files is not null && Files.All(file => file is { Path: not null, After: not null } && (file.BeforeBase64 is null || Base64.IsValid(file.BeforeBase64)));

    public static InstallRecord? Load(StateDirectory state)
    {
        try
        {
            return AtomicFile.Read(state.InstallRecord) is { } json && JsonSerializer.Deserialize(json, InstallJson.Default.InstallRecord) is { } record && record.IsWhole ? record : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null; // uninstall then removes our entries one by one
        }
    }

    public void Save(StateDirectory state) => AtomicFile.Write(state.InstallRecord, JsonSerializer.SerializeToUtf8Bytes(this, InstallJson.Default.InstallRecord));

    public ChangedFile? Of(string path) => Files.FirstOrDefault(file => string.Equals(file.Path, path, StringComparison.Ordinal));

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InstallRecord))]
internal sealed partial class InstallJson : JsonSerializerContext;
