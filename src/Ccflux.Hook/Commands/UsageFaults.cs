using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>What <c>ccflux usage</c> says about skipped lines.</summary>
internal static class UsageFaults
{
    private static readonly (LineFault Fault, string Name, string Words)[] s_reasons =
    [
        (LineFault.Cut, "cut", "cut short"),
        (LineFault.NoObject, "no_object", "not a JSON object"),
        (LineFault.Broken, "broken", "broken JSON"),
        (LineFault.TooLong, "too_long", $"longer than {LineReader.MaxLine / 1024 / 1024} MB"),
        (LineFault.Utf16, "utf16", "in UTF-16"),
        (LineFault.NoIdentity, "no_identity", "without any id or time"),
        (LineFault.NoTime, "no_time", "answers before any time"),
    ];

    /// <summary>The reasons that occurred, with the number of lines for each.</summary>
    public static IEnumerable<(string Name, string Words, long Lines)> PassedOver(LineFaults faults) =>
        s_reasons.Where(reason => faults[reason.Fault] > 0).Select(reason => (reason.Name, reason.Words, faults[reason.Fault]));
}
