namespace Ccflux.Receiver.Identity.Users;

/// <summary>Counts how often plain tokens were replaced by their hashes. The database's log still contains them until it is emptied.</summary>
internal sealed class PlaintextResidue
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Left() => Interlocked.Increment(ref _count);
}
