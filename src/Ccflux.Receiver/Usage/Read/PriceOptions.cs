using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Ccflux.Contracts.Pricing;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>What tokens cost.</summary>
internal sealed class PriceOptions : IValidatableObject
{
    /// <summary>The shipped file has 12 KB; one of a megabyte is no price list.</summary>
    private const long MaxBytes = 1024 * 1024;

    [ConfigurationKeyName("PRICES_PATH")]
    [Description("A price list to use instead of the built-in one, in the form of prices.json. It is read once, at start.")]
    public string? Path { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Fault() is { } fault)
        {
            yield return new ValidationResult($"PRICES_PATH: {fault}");
        }
    }

    /// <summary>The list that holds; only to be called on options that are valid.</summary>
    public PriceList Load() => Path is null ? PriceList.BuiltIn : PriceList.Parse(File.ReadAllBytes(Path));

    private string? Fault()
    {
        try
        {
            if (Path is not null && new FileInfo(Path).Length > MaxBytes)
            {
                return $"{Path} has more than {MaxBytes / 1024} KB, which no price list has.";
            }

            _ = Load();
            return null;
        }
        catch (JsonException exception)
        {
            return $"{Path} is no price list: {exception.Message}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{Path} cannot be read: {exception.Message}";
        }
    }
}
