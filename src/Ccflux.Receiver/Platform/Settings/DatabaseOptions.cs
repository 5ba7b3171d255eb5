using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Where the data is.</summary>
internal sealed class DatabaseOptions : IValidatableObject
{
    [ConfigurationKeyName("DATABASE_PATH"), AlsoNamed("DB_PATH")]
    [Description("The SQLite file. It is made when it is not there; its folder must exist and be writable.")]
    public string Path { get; set; } = "ccflux.db";

    [ConfigurationKeyName("DATABASE_URL"), Secret]
    [Description("Reserved for PostgreSQL, which a later version brings. Setting it is an error.")]
    public string? Url { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null)
        {
            yield return new ValidationResult("DATABASE_URL: PostgreSQL comes with a later version. Unset it and name a SQLite file with DATABASE_PATH.");
        }
    }
}
