using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>The sums of an hour or a day.</summary>
/// <param name="time">Counted since 1970.</param>
internal sealed class TimeSums(long time)
{
    private readonly Dictionary<int, RequestSum> _models = [];

    public long Time { get; } = time;

    public IReadOnlyDictionary<int, RequestSum> Models => _models;

    public double? RequestP95 { get; set; }

    public double? ToolP95 { get; set; }

    public long CliMs { get; private set; }

    public long UserMs { get; private set; }

    public long Sessions { get; private set; }

    public long Conversations { get; private set; }

    public void Add(int model, in RequestSum sum)
    {
        ref var all = ref CollectionsMarshal.GetValueRefOrAddDefault(_models, model, out _);
        all += sum;
    }

    public void Add(in CountCell cell, PeopleDirectory people)
    {
        switch (cell.Kind)
        {
            case CountKind.Session or CountKind.AnonymousSession:
                Sessions = Saturating.Add(Sessions, cell.Count);
                break;
            case CountKind.Conversation:
                Conversations += cell.Count;
                break;
            case CountKind.ActiveTime when people.Name(cell.Name) is "cli":
                CliMs = Saturating.Add(CliMs, cell.Count);
                break;
            case CountKind.ActiveTime when people.Name(cell.Name) is "user":
                UserMs = Saturating.Add(UserMs, cell.Count);
                break;
        }
    }
}

/// <summary>The sums of a person over the period.</summary>
/// <param name="person">Who.</param>
/// <param name="length">Hours or days of the period.</param>
internal sealed class PersonSums(Person person, int length)
{
    public Person Person { get; } = person;

    public RequestSum Sum { get; private set; }

    /// <summary>All tokens of each hour or day.</summary>
    public long[] Tokens { get; } = new long[length];

    /// <summary>The last hour or day with any use, counted from the period's start.</summary>
    public int LastPlace { get; private set; }

    public void Add(int place, in RequestSum sum)
    {
        Sum += sum;
        Tokens[place] = Saturating.Add(Tokens[place], sum.AllTokens);
        LastPlace = Math.Max(LastPlace, place);
    }

    /// <summary>Adds the sums of the same person over the same period.</summary>
    public void Add(PersonSums other)
    {
        Sum += other.Sum;
        for (var place = 0; place < Tokens.Length; place++)
        {
            Tokens[place] = Saturating.Add(Tokens[place], other.Tokens[place]);
        }

        LastPlace = Math.Max(LastPlace, other.LastPlace);
    }
}
