namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Settings that the receiver cannot start with. Each fault names its key and what is expected instead.</summary>
internal sealed class InvalidSettingsException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
