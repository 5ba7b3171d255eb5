namespace Ccflux.Receiver.Platform.Http;

/// <summary>What the sign-in page shows: where to go afterwards (a local path), and what went wrong the last time, if anything did.</summary>
internal sealed record SignInView(string Next, string? Error);
