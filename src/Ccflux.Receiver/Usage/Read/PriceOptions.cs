using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Ccflux.Contracts.Pricing;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Which price list is used.</summary>
internal sealed class PriceOptions : IValidatableObject
{
    /// <summary>The built-in file has 12 KB; a file of a megabyte is not a price list.</summary>
    private const long MaxBytes = 1024 * 1024;

    [ConfigurationKeyName("PRICES_PATH")]
    [Description("A price list to use instead of the built-in one, in the format of prices.json. Read once, at startup.")]
    public string? Path { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Fault() is { } fault)
        {
            yield return new ValidationResult($"PRICES_PATH: {fault}");
        }
    }

    /// <summary>Loads the list in use. Call it only on valid options.</summary>
    public PriceList Load() => Path is null ? PriceList.BuiltIn : PriceList.Parse(File.ReadAllBytes(Path));

    private string? Fault()
    {
        try
        {
            if (Path is not null && new FileInfo(Path).Length > MaxBytes)
            {
                return $"{Path} is larger than {MaxBytes / 1024} KB, which is too large for a price list.";
            }

            _ = Load();
            return null;
        }
        catch (JsonException exception)
        {
            return $"{Path} is not a valid price list: {exception.Message}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{Path} cannot be read: {exception.Message}";
        }
    }
}
