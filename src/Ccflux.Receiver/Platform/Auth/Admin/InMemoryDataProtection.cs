using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// Keeps ASP.NET Core's key ring in memory. It is required wherever authentication or Razor is used, but protects nothing of ours (sessions are rows,
/// antiforgery tokens derive from the cookie), so no key file is left in anyone's home directory.
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
