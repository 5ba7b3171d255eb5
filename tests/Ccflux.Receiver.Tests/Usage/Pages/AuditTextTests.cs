using System.Text.RegularExpressions;
using Ccflux.Receiver.Usage.Pages.Parts;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Pages;

/// <summary>No line of the audit log shows a code that only programs understand.</summary>
public sealed partial class AuditTextTests
{
    /// <summary>Attributes of telemetry are written alike.</summary>
    private static readonly string[] NoActions = ["session.id", "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version", "user.email", "user.groups", "user.id"];

    [Fact]
    public void EveryActionThatIsWritten_HasWords()
    {
        var actions = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src", "Ccflux.Receiver"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith("AuditText.cs", StringComparison.Ordinal))
            .SelectMany(path => Action().Matches(File.ReadAllText(path)).Select(match => match.Value.Trim('"')))
            .Distinct(StringComparer.Ordinal)
            .Where(action => !NoActions.Contains(action, StringComparer.Ordinal))
            .ToList();

        Assert.True(actions.Count > 15, $"only {actions.Count} actions were found");
        Assert.All(actions, action => Assert.NotEqual(action, AuditText.Word(action)));
    }

    [GeneratedRegex("\"(user|device|telemetry|quota|fleet|session|sign-in)\\.[a-z][a-z.-]+\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Action();
}
