using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Which of a user's rows a request is.</summary>
/// <param name="Key">A key of <see cref="Contracts.Usage.LedgerKey"/>.</param>
/// <param name="Subject">0 if the user's own tokens reported it, and otherwise the installation or claimed address that did: its rows can be taken from the user again, so they are never merged
/// with the user's own.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestId(long Key, long Subject = 0);
