namespace Ccflux.Bench.Dashboard;

/// <summary>Running sums of one rollup row.</summary>
internal sealed class Sums
{
    public long Events { get; private set; }

    public long Messages { get; private set; }

    public long Input { get; private set; }

    public long Output { get; private set; }

    public long Read { get; private set; }

    public long Write { get; private set; }

    public void Add(in Usage usage)
    {
        Events++;
        Messages += usage.Messages;
        Input += usage.Input;
        Output += usage.Output;
        Read += usage.Read;
        Write += usage.Write;
    }
}

/// <summary>The usage of one model in one turn.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct Usage(long Input, long Output, long Read, long Write, long Messages);
