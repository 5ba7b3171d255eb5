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
    private const int MaxRounds = 6;

    private readonly string _work = Path.Combine(root, "artifacts", "mutants", program.Project);
    private readonly HashSet<string> _dropped = new(StringComparer.Ordinal);

    /// <summary>What does not compile, and so is no mutant.</summary>
    public int Dropped => _dropped.Count;

    /// <summary>The program of the tests, which loads the mutants.</summary>
    public string Tests => Path.Combine(_work, "tests", $"{program.Project}.Tests");

    /// <summary>Compiles, again and again without what did not compile.</summary>
    /// <returns>The mutants; null if the compiler reports what no mutant caused.</returns>
    public List<Mutant>? Run()
    {
        Directory.CreateDirectory(_work);
        var arguments = CompilerArguments();
        for (var round = 0; round < MaxRounds; round++)
        {
            var (mutants, sources) = Write();
            var (code, output) = Start("dotnet", ["exec", Path.Combine(SdkFolder(), "Roslyn", "bincore", "csc.dll"), $"@{WriteArguments(arguments, sources)}"]);
            if (code == 0)
            {
                CopyTests();
                return mutants;
            }

            var before = _dropped.Count;
            foreach (var error in CompilerError().Matches(output).DistinctBy(error => error.Value))
            {
                Drop(error, mutants);
            }

            if (_dropped.Count == before)
            {
                Console.Error.WriteLine(output);
                return null;
            }
        }

        Console.Error.WriteLine($"{program.Project} still does not compile after {MaxRounds} rounds.");
        return null;
    }

    private string PathOf(Rule rule, string file) => Path.Combine(root, "src", program.Project, rule.Folder, file + ".cs");

    /// <returns>All mutants, and the instrumented file in place of each original one.</returns>
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
                sources[path] = copy;
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
        var (code, output) = Start("dotnet", ["msbuild", Path.Combine(root, "src", program.Project), "-p:Configuration=Release", "-t:CoreCompile", "-getItem:CscCommandLineArgs",
            "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true", "-p:BuildProjectReferences=false", "-p:NonExistentFile=none"]);
        if (code != 0)
        {
            throw new InvalidOperationException(output);
        }

        return [.. JsonDocument.Parse(output).RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];
    }

    /// <summary>Analysers have their say about the original.</summary>
    private string WriteArguments(IEnumerable<string> arguments, Dictionary<string, string> sources)
    {
        var project = Path.Combine(root, "src", program.Project);
        var chosen = Path.Combine(_work, "Mutated.cs");
        File.WriteAllText(chosen, Instrumenter.Switch);
        var written = arguments
            .Where(argument => argument is not "/noconfig" && !OutputArgument().IsMatch(argument))
            .Select(argument => argument.StartsWith('/') && !File.Exists(argument) ? PathArgument().Replace(argument, match => match.Value + project + "/") : Path.GetFullPath(argument, project))
            .Select(argument => $"\"{sources.GetValueOrDefault(argument, argument)}\"");
        var path = Path.Combine(_work, "csc.rsp");
        File.WriteAllLines(path, [.. written, $"\"{chosen}\"", $"\"/out:{Path.Combine(_work, program.Assembly)}\"", "/skipanalyzers+", "/nowarn:CS0162,CS8619", "/warnaserror-"]);
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

    private static string SdkFolder()
    {
        var line = Start("dotnet", ["--list-sdks"]).Output.Trim().Split('\n')[^1];
        var version = Start("dotnet", ["--version"]).Output.Trim();
        return Path.Combine(line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..^1], version);
    }

    private static (int Code, string Output) Start(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"^(?<path>/.+)\((?<line>\d+),(?<column>\d+)\): error (?<code>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CompilerError();

    [GeneratedRegex(@"^/(out|refout|pdb|doc|warnaserror|nowarn|errorlog|generatedfilesout)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OutputArgument();

    /// <summary>The start of an argument that names a file by a relative path.</summary>
    [GeneratedRegex(@"^/(analyzerconfig|additionalfile|resource|embed|sourcelink|ruleset):(?!/)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathArgument();
}
