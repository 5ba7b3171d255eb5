namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>What the client's own figure for money is called: usage has a list-price value of its own, and the two are never one.</summary>
internal static class ValueText
{
    public const string Label = "Client's estimate";

    /// <summary>What always stands with it.</summary>
    public const string NoInvoice = "not your invoice";

    public const string Hint =
        "What the usage would cost, as the client states it: by the list prices it carries, or by a managed price list (modelPricing), which changes it. "
        + "It is not your invoice: seats are billed otherwise.";
}
