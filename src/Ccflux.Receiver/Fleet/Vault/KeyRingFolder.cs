using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The key ring as files that only their owner may read, one a key: <c>key-GUID.xml</c>. The files come and go and never change.</summary>
internal sealed class KeyRingFolder(string path) : IXmlRepository
{
    /// <summary>Changes when a key comes or goes, whichever process did it.</summary>
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

    /// <summary>Takes keys away for good. What was encrypted with them opens nowhere any more.</summary>
    public void Remove(IEnumerable<Guid> keys)
    {
        foreach (var key in keys)
        {
            File.Delete(Path.Combine(path, $"key-{key:D}.xml"));
        }
    }

    private string[] Files() => Directory.GetFiles(path, "*.xml");
}
