using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Distinguishes the credentials of an account in the database: part of a hash of a value that is itself a hash, so that nothing can be recovered from it.</summary>
internal static class CredentialMark
{
    private const int Bytes = 12;

    public static string Of(string stamp) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("ccflux quota credential\n" + stamp)).AsSpan(0, Bytes));
}
