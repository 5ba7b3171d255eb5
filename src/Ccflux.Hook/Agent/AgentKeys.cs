using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>An agent's two keys: one signs what it sends, the other opens what is sealed to it. Both are created at enrolment and never leave the machine.</summary>
internal sealed record AgentKeys(DeviceKey Signing, ECDiffieHellman Sealing) : IDisposable
{
    /// <summary>Creates keys for an enrolment; they are kept once it has succeeded.</summary>
    public static AgentKeys Create(FleetDirectory fleet, StateLog log)
    {
        File.Delete(fleet.SigningKey);
        var sealing = CredentialSeal.NewKey();
        AtomicFile.Write(fleet.SealingKey, sealing.ExportPkcs8PrivateKey());
        return new AgentKeys(DeviceKey.LoadOrCreate(fleet.SigningKey, log), sealing);
    }

    /// <summary>Null if one of the keys is missing or damaged.</summary>
    public static AgentKeys? Load(FleetDirectory fleet)
    {
        if (DeviceKey.Load(fleet.SigningKey) is not { } signing || AtomicFile.Read(fleet.SealingKey) is not { } pkcs8)
        {
            return null;
        }

        var sealing = ECDiffieHellman.Create();
        try
        {
            sealing.ImportPkcs8PrivateKey(pkcs8, out _);
            return new AgentKeys(signing, sealing);
        }
        catch (CryptographicException)
        {
            sealing.Dispose();
            return null;
        }
    }

    public void Dispose() => Sealing.Dispose();
}
