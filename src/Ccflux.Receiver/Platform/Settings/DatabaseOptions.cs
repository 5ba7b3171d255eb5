using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Where the data is stored.</summary>
internal sealed class DatabaseOptions : IValidatableObject
{
    [ConfigurationKeyName("DATABASE_PATH"), AlsoNamed("DB_PATH")]
    [Description("The SQLite file. It is created if it does not exist; its folder must exist and be writable.")]
    public string Path { get; set; } = "ccflux.db";

    [ConfigurationKeyName("DATABASE_WARN_MB"), Range(0, 100_000_000)]
    [Description("Size in MiB from which the log and the admin's page warn about the size of the database. 0: never.")]
    public int WarnMb { get; set; } = 10_240;

    [ConfigurationKeyName("DATABASE_WARN_GROWTH_MB"), Range(0, 100_000_000)]
    [Description("Growth in MiB within a day from which they also warn. 0: never.")]
    public int WarnGrowthMb { get; set; } = 1024;

    [ConfigurationKeyName("DATABASE_URL"), Secret]
    [Description("Reserved for PostgreSQL, planned for a later version. Setting it is an error.")]
    public string? Url { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null)
        {
            yield return new ValidationResult("DATABASE_URL: PostgreSQL is planned for a later version. Unset it and name a SQLite file with DATABASE_PATH.");
        }
    }
}
