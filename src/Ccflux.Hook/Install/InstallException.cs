namespace Ccflux.Hook.Install;

/// <summary>An installation or its removal cannot be done, or not to its end. The message is for the user.</summary>
internal sealed class InstallException(string message) : Exception(message)
{
    public static InstallException Damaged(string path) => new($"{path} is damaged: it is no JSON object.");

    /// <param name="done">What was written, in its order.</param>
    /// <param name="at">What could not be.</param>
    /// <param name="error">Why.</param>
    public static InstallException HalfDone(IReadOnlyList<string> done, string at, Exception error)
    {
        const int NoSpace = 28;
        var why = error is UnauthorizedAccessException ? "it is not allowed" : error.HResult is NoSpace ? "the disk is full" : error.GetType().Name;
        return new($"{at} could not be written ({why}). Done until then: {(done.Count == 0 ? "nothing" : string.Join(", ", done))}. 'ccflux install' again, or 'ccflux uninstall', mends it once that is put right.");
    }
}

/// <summary>Steps that change files, in their order; where one fails, those before it are named.</summary>
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
