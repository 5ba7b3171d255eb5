using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>A port: what one slice stores about people, and how it removes what it stores about one of them. All of it runs in the writer's transactions, and any of it may run again.</summary>
internal interface IPersonalData
{
    /// <summary>Whether an address stands here that need not be a user's.</summary>
    bool Knows(WriteSession session, string email) => false;

    /// <summary>In the first transaction: ends what could bring in more, and gives rows that only name the address to the user, so that they are found by number from now on.</summary>
    void Begin(WriteSession session, ErasedPerson person)
    {
    }

    /// <summary>After <see cref="Begin"/>: ids of the person's installations by which nothing more is to be taken. Never one that somebody else has too.</summary>
    IEnumerable<string> Installations(WriteSession session, ErasedPerson person) => [];

    /// <summary>Removes some rows.</summary>
    /// <param name="session">The writer's.</param>
    /// <param name="person">Whose.</param>
    /// <param name="rows">At most how many.</param>
    /// <returns>How many were removed; 0 once none are left.</returns>
    int Remove(WriteSession session, ErasedPerson person, int rows);

    /// <summary>In the last transaction, when no slice has rows left: takes the person's name out of rows that stay.</summary>
    void Finish(WriteSession session, ErasedPerson person)
    {
    }
}

/// <summary>A port: a cache of who may send what. It is cleared as soon as a person's access has ended.</summary>
internal interface IAccessCache
{
    void Forget();
}
