namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// The pages that the platform needs but does not draw; Shell does. A result writes the body only: status and headers are set before it runs.
/// </summary>
internal interface IBrowserPages
{
    /// <summary>The form that posts <c>token</c> and <c>next</c> to <c>/admin/login</c>.</summary>
    IResult SignIn(SignInView view);

    /// <summary>An error for people: 403, 404, 429, 500, or 503 while no admin token is set.</summary>
    IResult Problem(ProblemView view);
}

/// <summary>What an error page says. <paramref name="Detail"/> tells what to do about it.</summary>
internal sealed record ProblemView(int Status, string Title, string Detail);
