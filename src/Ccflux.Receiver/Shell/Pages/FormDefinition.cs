namespace Ccflux.Receiver.Shell.Pages;

/// <summary>A form with several fields, on a separate page or in a dialog over the previous page.</summary>
/// <param name="Lines">What will happen, in plain words.</param>
/// <param name="Do">The verb of the button that does it. The other one is "Cancel".</param>
public sealed record FormDefinition(string Title, IReadOnlyList<string> Lines, IReadOnlyList<FormField> Fields, string Do, bool IsDanger = false);

/// <summary>The kind of a field.</summary>
public enum FieldKind
{
    Text = 1,
    Number = 2,
    Day = 3,

    /// <summary>Several lines.</summary>
    Area = 4,

    /// <summary>One of <see cref="FormField.Options"/>.</summary>
    Choice = 5,

    /// <summary>Any of <see cref="FormField.Options"/>.</summary>
    Many = 6,

    /// <summary>Yes or no.</summary>
    Check = 7,

    Hidden = 8,
}

/// <summary>A field of a form.</summary>
/// <param name="Name">The name under which it is sent.</param>
/// <param name="Value">Its value; for <see cref="FieldKind.Many"/>, the checked options separated by spaces.</param>
public sealed record FormField(string Name, string Label, FieldKind Kind, string Value = "", string Help = "")
{
    public IReadOnlyList<FormOption> Options { get; init; } = [];

    public int? MaxLength { get; init; }

    public int? Min { get; init; }

    public int? Max { get; init; }
}

/// <summary>An option of a choice.</summary>
public sealed record FormOption(string Value, string Text);
