using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Composition;

/// <summary>What the fleet stores about a person: sessions that its agents saw, and names in rows about accounts, which are the organisation's and stay.</summary>
internal sealed class FleetData : IPersonalData
{
    public bool Knows(WriteSession session, string email) => FleetNames.Has(session, email);

    /// <summary>While the user's sessions are still known.</summary>
    public void Begin(WriteSession session, ErasedPerson person) => session.Execute(PortsSql.DeleteLiveSessions, ("user", person.UserId));

    public int Remove(WriteSession session, ErasedPerson person, int rows) => 0;

    public void Finish(WriteSession session, ErasedPerson person) => FleetNames.Rename(session, person.Email, person.Name);
}
