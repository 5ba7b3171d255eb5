namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// The pages that the platform needs but Shell renders. A result writes only the body: status and headers are set before it runs.
/// </summary>
internal interface IBrowserPages
{
    /// <summary>The form that posts <c>token</c> and <c>next</c> to <c>/admin/login</c>.</summary>
    IResult SignIn(SignInView view);

    /// <summary>An error for people: 403, 404, 429, 500, or 503 if no admin token is set.</summary>
    IResult Problem(ProblemView view);
}

/// <summary>The content of an error page. <paramref name="Detail"/> states what to do about it.</summary>
internal sealed record ProblemView(int Status, string Title, string Detail);
