namespace Ccflux.Receiver.Shell;

/// <summary>The question before a change, in plain words: what will happen, what stays, and the label of the button that does it. The other one is "Cancel".</summary>
public sealed record Question(string Title, IReadOnlyList<string> Lines, string Do, bool IsDanger, ConfirmationField? Field = null);

/// <summary>The one field a question may have.</summary>
public sealed record ConfirmationField(string Name, string Label, string Help, string Value, string Type, int? MaxLength = null, int? Min = null, int? Max = null);
