using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>What identity stores about a person: tokens, devices, and the user, who is removed last of all by <see cref="ErasureSteps"/>.</summary>
internal sealed class AccountData : IPersonalData
{
    private static readonly string[] s_deletions = [ErasureSql.DeleteDevices, ErasureSql.DeleteCaps];

    public bool Knows(WriteSession session, string email) => session.Any(ErasureSql.HasToken, ("email", email));

    /// <summary>A person has few tokens and at most a thousand devices: all of them end at once.</summary>
    public void Begin(WriteSession session, ErasedPerson person)
    {
        session.Execute(ErasureSql.DeleteAccess, ("user", person.UserId));
        session.Execute(ErasureSql.DeleteTokens, ("email", person.Email));
        Deletions.Run(session, s_deletions, ("user", person.UserId), int.MaxValue);
    }

    public int Remove(WriteSession session, ErasedPerson person, int rows)
    {
        session.Execute(ErasureSql.DeleteAccess, ("user", person.UserId));
        session.Execute(ErasureSql.DeleteTokens, ("email", person.Email));
        return Deletions.Run(session, s_deletions, ("user", person.UserId), rows);
    }

    public void Finish(WriteSession session, ErasedPerson person) => session.Execute(ErasureSql.ForgetClaims, ("email", person.Email));
}
