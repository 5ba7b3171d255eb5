namespace Ccflux.Receiver.Platform.Http;

/// <summary>The content of the sign-in page: where to go afterwards (a local path), and what went wrong last time, if anything.</summary>
internal sealed record SignInView(string Next, string? Error);
