using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Where the data is stored.</summary>
internal sealed class DatabaseOptions : IValidatableObject
{
    [ConfigurationKeyName("DATABASE_PATH"), AlsoNamed("DB_PATH")]
    [Description("The SQLite file. It is made when it is not there; its folder must exist and be writable.")]
    public string Path { get; set; } = "ccflux.db";

    [ConfigurationKeyName("DATABASE_WARN_MB"), Range(0, 100_000_000)]
    [Description("From so many MiB on, the log and the admin's page say how large the database is. 0: never.")]
    public int WarnMb { get; set; } = 10_240;

    [ConfigurationKeyName("DATABASE_WARN_GROWTH_MB"), Range(0, 100_000_000)]
    [Description("They also say so where it grew by so many MiB within a day. 0: never.")]
    public int WarnGrowthMb { get; set; } = 1024;

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
