using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Stores the key ring as one file per key, <c>key-GUID.xml</c>, readable only by its owner. Files are added and removed, never changed.</summary>
internal sealed class KeyRingFolder(string path) : IXmlRepository
{
    /// <summary>Changes when any process adds or removes a key.</summary>
    public string Stamp() => Directory.Exists(path) ? string.Join('\n', Files().Order(StringComparer.Ordinal)) : "";

    public IReadOnlyCollection<XElement> GetAllElements() => Directory.Exists(path) ? [.. Files().Select(file => XElement.Load(file))] : [];

    public void StoreElement(XElement element, string friendlyName)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var target = Path.Combine(path, Path.GetFileName(friendlyName) + ".xml");
        var fresh = $"{target}.{Guid.NewGuid():N}.new";
        Platform.Database.PrivateFile.Create(fresh);
        using (var stream = new FileStream(fresh, FileMode.Open, FileAccess.Write))
        {
            element.Save(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, target);
    }

    /// <summary>Deletes keys for good. Anything encrypted with them can no longer be opened.</summary>
    public void Remove(IEnumerable<Guid> keys)
    {
        foreach (var key in keys)
        {
            File.Delete(Path.Combine(path, $"key-{key:D}.xml"));
        }
    }

    private string[] Files() => Directory.GetFiles(path, "*.xml");
}
