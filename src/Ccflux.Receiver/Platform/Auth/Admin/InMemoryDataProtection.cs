using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// ASP.NET Core wants a key ring wherever its authentication or Razor is used. Nothing of ours is protected with it (sessions are rows,
/// antiforgery follows from the cookie), so it lives in memory and leaves no key file in anyone's home.
/// </summary>
internal static class InMemoryDataProtection
{
    public static void AddInMemoryDataProtection(this IServiceCollection services) => services.Configure<KeyManagementOptions>(options =>
    {
        options.XmlRepository = new Ring();
        options.XmlEncryptor = new NullXmlEncryptor();
    });

    private sealed class Ring : IXmlRepository
    {
        private readonly Lock _gate = new();
        private readonly List<XElement> _keys = [];

        public IReadOnlyCollection<XElement> GetAllElements()
        {
            lock (_gate)
            {
                return [.. _keys];
            }
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            lock (_gate)
            {
                _keys.Add(element);
            }
        }
    }
}
