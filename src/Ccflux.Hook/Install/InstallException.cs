namespace Ccflux.Hook.Install;

/// <summary>An installation or its removal cannot be done, or could not be completed. The message is for the user.</summary>
internal sealed class InstallException(string message) : Exception(message)
{
    public static InstallException Damaged(string path) => new($"{path} is damaged: it is not a JSON object.");

    /// <param name="done">What was written, in order.</param>
    /// <param name="at">What could not be written.</param>
    /// <param name="error">The reason.</param>
    public static InstallException HalfDone(IReadOnlyList<string> done, string at, Exception error)
    {
        const int NoSpace = 28;
        var why = error is UnauthorizedAccessException ? "permission denied" : error.HResult is NoSpace ? "the disk is full" : error.GetType().Name;
        return new($"{at} could not be written ({why}). Done before that: {(done.Count == 0 ? "nothing" : string.Join(", ", done))}. Once that is fixed, run 'ccflux install' again, or 'ccflux uninstall'.");
    }
}

/// <summary>Runs steps that change files, in order; if one fails, the exception names those before it.</summary>
internal sealed class Steps
{
    private readonly List<string> _done = [];

    public void Run(string path, Action step)
    {
        try
        {
            step();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw InstallException.HalfDone(_done, path, error);
        }

        _done.Add(path);
    }
}
