using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Tells one credential of an account from the next, in the database: a part of a hash of what is itself a hash, so that nothing comes back of it.</summary>
internal static class CredentialMark
{
    private const int Bytes = 12;

    public static string Of(string stamp) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("ccflux quota credential\n" + stamp)).AsSpan(0, Bytes));
}
