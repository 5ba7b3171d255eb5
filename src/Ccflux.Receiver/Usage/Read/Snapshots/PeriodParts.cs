using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A day's sums over all users of the scope. Sessions are counted on each day on which they were active.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct DaySums(TokenSums Tokens, Cost Cost, long Turns, long Failed, long Sessions, long Users);

/// <summary>A user's sums over the period.</summary>
internal sealed class UserSums
{
    private readonly List<(int Model, long Billed)> _models = [];
    private TokenSums _tokens;
    private decimal _usd;
    private bool _hasPriced;
    private IReadOnlyList<string>? _unpriced;
    private long _windowTokens;

    public TokenSums Tokens => _tokens;

    public Cost Cost => new(_usd, _hasPriced, _unpriced);

    public long Events { get; private set; }

    public long Messages { get; private set; }

    public long Turns { get; set; }

    public long Failed { get; set; }

    public long Sessions { get; set; }

    public int Windows { get; private set; }

    public long PeakWindow { get; private set; }

    public long AverageWindow => Windows == 0 ? 0 : (long)Math.Round(_windowTokens / (double)Windows, MidpointRounding.AwayFromZero);

    /// <summary>Billed tokens by model id.</summary>
    public IReadOnlyList<(int Model, long Billed)> Models => _models;

    public void Add(in UsageCell cell)
    {
        _tokens += cell.Tokens;
        _usd += cell.Usd;
        _hasPriced |= cell.Unpriced is null;
        _unpriced = cell.Unpriced is null ? _unpriced : Cost.Union(_unpriced, cell.Cost.Unpriced);
        Events += cell.Events;
        Messages += cell.Messages;
        foreach (ref var part in CollectionsMarshal.AsSpan(_models))
        {
            if (part.Model == cell.Model)
            {
                part.Billed = Saturating.Add(part.Billed, cell.Tokens.Billed);
                return;
            }
        }

        _models.Add((cell.Model, cell.Tokens.Billed));
    }

    public void AddWindow(long billed)
    {
        Windows++;
        _windowTokens = Saturating.Add(_windowTokens, billed);
        PeakWindow = Math.Max(PeakWindow, billed);
    }
}

/// <summary>A model's sums over the period, and its billed tokens on each day.</summary>
internal sealed class ModelSums(int days)
{
    public TokenSums Tokens { get; private set; }

    public Cost Cost { get; private set; }

    public long[] Daily { get; } = new long[days];

    public void Add(in UsageCell cell, int day)
    {
        Tokens += cell.Tokens;
        Cost += cell.Cost;
        Daily[day] = Saturating.Add(Daily[day], cell.Tokens.Billed);
    }
}
