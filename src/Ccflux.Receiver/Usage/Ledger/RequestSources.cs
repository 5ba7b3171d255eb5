namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Who reported a request. Stored by number.</summary>
[Flags]
internal enum RequestSources : byte
{
    None = 0,
    Telemetry = 1,

    /// <summary>Greater than <see cref="Telemetry"/>: of equal figures the hook's hold.</summary>
    Hook = 2,
}
