using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ccflux.Mutator;

/// <summary>Compiles a program with all mutants of its rules in it, next to a copy of its tests.</summary>
internal sealed partial class MutantBuild(string root, MutatedProgram program, IReadOnlyList<Rule> rules)
{
    private const int MaxAttempts = 6;

    private readonly string _project = Path.Combine(root, "src", program.Project);
    private readonly string _work = Path.Combine(root, "artifacts", "mutants", program.Project);
    private readonly HashSet<string> _dropped = new(StringComparer.Ordinal);

    /// <summary>How many changes do not compile, and so are no mutants.</summary>
    public int Dropped { get; private set; }

    /// <summary>The program of the tests, which loads the mutants.</summary>
    public string Tests => Path.Combine(_work, "tests", $"{program.Project}.Tests");

    /// <summary>Compiles, again and again without what did not compile.</summary>
    /// <returns>The mutants; null if the compiler reports what no mutant caused.</returns>
    public List<Mutant>? Run()
    {
        Directory.CreateDirectory(_work);
        var arguments = CompilerArguments();
        var compiler = Path.Combine(SdkFolder(), "Roslyn", "bincore", "csc.dll");
        int? changes = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (mutants, sources) = Write();
            changes ??= mutants.Count;
            var (code, output) = Start(["exec", compiler, $"@{WriteArguments(arguments, sources)}"]);
            if (code == 0)
            {
                CopyTests();
                Dropped = changes.Value - mutants.Count;
                return mutants;
            }

            var before = _dropped.Count;
            foreach (var error in CompilerError().Matches(output).DistinctBy(error => error.Value, StringComparer.Ordinal))
            {
                Drop(error, mutants);
            }

            if (_dropped.Count == before)
            {
                Console.Error.WriteLine(output);
                return null;
            }
        }

        Console.Error.WriteLine($"{program.Project} still does not compile after {MaxAttempts} attempts.");
        return null;
    }

    private string PathOf(Rule rule, string file) => Path.Combine(_project, rule.Folder, file + ".cs");

    /// <returns>All mutants, and the instrumented file for each original one, which the compiler knows by its path within the project.</returns>
    private (List<Mutant> Mutants, Dictionary<string, string> Sources) Write()
    {
        var mutants = new List<Mutant>();
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            foreach (var path in rule.Files.Select(file => PathOf(rule, file)))
            {
                var tree = CSharpSyntaxTree.ParseText(File.ReadAllText(path));
                var written = new Instrumenter(rule.Name, Path.GetRelativePath(root, path), _dropped, mutants).Visit(tree.GetRoot())!;
                var copy = Path.Combine(_work, $"{rule.Name}.{Path.GetFileName(path)}");
                File.WriteAllText(copy, written.ToFullString());
                sources[Path.GetRelativePath(_project, path)] = copy;
            }
        }

        return (mutants, sources);
    }

    /// <summary>Drops the mutant in which an error is. An error elsewhere follows from a constant that became a field, or from an assignment that is gone.</summary>
    private void Drop(Match error, List<Mutant> mutants)
    {
        var path = error.Groups["path"].Value;
        var text = CSharpSyntaxTree.ParseText(File.ReadAllText(path));
        var line = text.GetText().Lines[int.Parse(error.Groups["line"].ValueSpan) - 1];
        var at = text.GetRoot().FindToken(line.Start + int.Parse(error.Groups["column"].ValueSpan) - 1);
        var chosen = at.Parent!.AncestorsAndSelf().Select(Chosen).FirstOrDefault(id => id > 0);
        if (chosen > 0)
        {
            _dropped.Add(mutants[chosen - 1].Key);
            return;
        }

        var names = line.ToString().Split(' ', '.', '(', ')', ',', ';', '[', ']', ':').Where(word => word.Length > 0 && char.IsUpper(word[0]));
        _dropped.UnionWith(names.Select(Instrumenter.ConstantKey));
        foreach (var choice in at.Parent.FirstAncestorOrSelf<MemberDeclarationSyntax>()?.DescendantNodes().OfType<IfStatementSyntax>().Select(Chosen).Where(id => id > 0) ?? [])
        {
            _dropped.Add(mutants[choice - 1].Key);
        }
    }

    /// <summary>The mutant that a node chooses; 0 if it chooses none.</summary>
    private static int Chosen(SyntaxNode node) => node switch
    {
        ConditionalExpressionSyntax choice => Chosen(choice.Condition.ToString()),
        IfStatementSyntax choice => Chosen(choice.Condition.ToString()),
        _ => 0,
    };

    private static int Chosen(string condition) =>
        condition.StartsWith(Instrumenter.Call + "(", StringComparison.Ordinal) && int.TryParse(condition.AsSpan(Instrumenter.Call.Length + 1).TrimEnd(')'), out var id) ? id : 0;

    /// <summary>What MSBuild would call the compiler with.</summary>
    private string[] CompilerArguments()
    {
        // A file that does not exist is an output of the compilation, so it is never up to date.
        var (code, output) = Start(["msbuild", "-p:Configuration=Release", "-t:ResolveReferences;CoreCompile", "-getItem:CscCommandLineArgs",
            "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true", "-p:BuildProjectReferences=false", "-p:NonExistentFile=none"]);
        if (code != 0)
        {
            throw new InvalidOperationException(output);
        }

        return [.. JsonDocument.Parse(output).RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];
    }

    /// <summary>The same call with the instrumented files. Analysers have had their say about the original ones.</summary>
    private string WriteArguments(IEnumerable<string> arguments, Dictionary<string, string> sources)
    {
        var chosen = Path.Combine(_work, "Mutated.cs");
        File.WriteAllText(chosen, Instrumenter.Switch);
        var path = Path.Combine(_work, "csc.rsp");
        var kept = arguments.Where(argument => argument is not "/noconfig" && !OutputArgument().IsMatch(argument)).Select(argument => sources.GetValueOrDefault(argument, argument));
        File.WriteAllLines(path, [.. kept, chosen, $"/out:{Path.Combine(_work, program.Assembly)}", "/skipanalyzers+", "/nowarn:CS0162,CS8619,CS1573,CS1591"]);
        return path;
    }

    private void CopyTests()
    {
        var from = Path.Combine(root, "artifacts", "bin", $"{program.Project}.Tests", "release");
        var to = Path.Combine(_work, "tests");
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.Copy(Path.Combine(_work, program.Assembly), Path.Combine(to, program.Assembly), overwrite: true);
    }

    private string SdkFolder()
    {
        var line = Start(["--list-sdks"]).Output.Trim().Split('\n')[^1];
        var version = Start(["--version"]).Output.Trim();
        return Path.Combine(line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..^1], version);
    }

    /// <summary>Runs a command of the SDK in the project's folder.</summary>
    private (int Code, string Output) Start(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _project, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"^(?<path>/.+)\((?<line>\d+),(?<column>\d+)\): error (?<code>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CompilerError();

    [GeneratedRegex(@"^/(out|refout|pdb|doc|warnaserror|nowarn|errorlog|generatedfilesout)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OutputArgument();
}
