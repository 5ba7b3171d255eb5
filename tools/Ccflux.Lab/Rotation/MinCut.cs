using System.Runtime.InteropServices;

namespace Ccflux.Lab.Rotation;

/// <summary>The smallest cut of a network, by the most that can flow through it (Dinic's algorithm).</summary>
internal sealed class MinCut(int nodes)
{
    private readonly List<Edge> _edges = [];
    private readonly int[] _first = Filled(nodes);
    private readonly int[] _level = new int[nodes];
    private readonly int[] _next = new int[nodes];
    private readonly Queue<int> _queue = new();

    [StructLayout(LayoutKind.Auto)]
    private struct Edge
    {
        public int To;
        public int Next;
        public int Left;
    }

    public void Add(int from, int to, int capacity)
    {
        _edges.Add(new Edge { To = to, Next = _first[from], Left = capacity });
        _first[from] = _edges.Count - 1;
        _edges.Add(new Edge { To = from, Next = _first[to], Left = 0 });
        _first[to] = _edges.Count - 1;
    }

    public void Find(int source, int sink)
    {
        var edges = CollectionsMarshal.AsSpan(_edges);
        while (Reach(edges, source, sink))
        {
            _first.CopyTo(_next, 0);
            while (Push(edges, source, sink, int.MaxValue) > 0)
            {
            }
        }
    }

    /// <summary>Whether the node lies on the source's side, once the cut is found.</summary>
    public bool IsBefore(int node) => _level[node] >= 0;

    private bool Reach(ReadOnlySpan<Edge> edges, int source, int sink)
    {
        Array.Fill(_level, -1);
        _level[source] = 0;
        _queue.Enqueue(source);
        while (_queue.TryDequeue(out var node))
        {
            for (var edge = _first[node]; edge >= 0; edge = edges[edge].Next)
            {
                if (edges[edge].Left > 0 && _level[edges[edge].To] < 0)
                {
                    _level[edges[edge].To] = _level[node] + 1;
                    _queue.Enqueue(edges[edge].To);
                }
            }
        }

        return _level[sink] >= 0;
    }

    private int Push(Span<Edge> edges, int node, int sink, int most)
    {
        if (node == sink)
        {
            return most;
        }

        var sent = 0;
        for (; _next[node] >= 0; _next[node] = edges[_next[node]].Next)
        {
            ref var edge = ref edges[_next[node]];
            if (edge.Left > 0 && _level[edge.To] == _level[node] + 1)
            {
                var pushed = Push(edges, edge.To, sink, Math.Min(most - sent, edge.Left));
                edge.Left -= pushed;
                edges[_next[node] ^ 1].Left += pushed;
                sent += pushed;
                if (most - sent <= 0)
                {
                    return sent;
                }
            }
        }

        return sent;
    }

    private static int[] Filled(int length)
    {
        var filled = new int[length];
        Array.Fill(filled, -1);
        return filled;
    }
}
