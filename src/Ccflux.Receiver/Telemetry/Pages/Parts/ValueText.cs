namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>Texts for the client's own estimate of money: usage has its own list-price value, and the two are never the same.</summary>
internal static class ValueText
{
    public const string Label = "Client's estimate";

    /// <summary>Always shown with it.</summary>
    public const string NoInvoice = "not your invoice";

    public const string Hint =
        "What the usage would cost as calculated by Claude Code, from its built-in list prices or from a managed price list (modelPricing). "
        + "It is not your invoice: seats are billed separately.";
}
