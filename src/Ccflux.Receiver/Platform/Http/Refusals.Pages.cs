namespace Ccflux.Receiver.Platform.Http;

/// <content>Refusals of the pages and the API that programs have no reason to tell from others with the same status: without a code.</content>
internal static partial class Refusals
{
    /// <summary>Something failed. It is in the log.</summary>
    public static Refusal Failed { get; } = new(StatusCodes.Status500InternalServerError, "", "See the receiver's log for details. Acknowledged data is not lost.");

    public static Refusal NoAdminToken { get; } =
        new(StatusCodes.Status503ServiceUnavailable, "", "The pages and the API are off: set ADMIN_TOKEN and restart the receiver. Reports are still accepted.");

    public static Refusal ViewerMayOnlyRead { get; } =
        new(StatusCodes.Status403Forbidden, "", "The viewer token is read-only. Sign in with the admin token to make changes.");

    public static Refusal FormExpired { get; } =
        new(StatusCodes.Status400BadRequest, "", "This form has expired. Go back, reload the page and submit it again.");

    public static Refusal NotTheSignInForm { get; } = new(StatusCodes.Status400BadRequest, "", "Expected the form from /admin/login.");

    public static Refusal WrongHost { get; } = new(
        StatusCodes.Status421MisdirectedRequest, "", "This receiver does not serve the requested host name: set BASE_URL to its URL, or add the name to ALLOWED_HOSTS.");

    public static Refusal TopicsInvalid { get; } =
        new(StatusCodes.Status400BadRequest, "", "topics: expected names of topics separated by commas, such as usage.");

    public static Refusal TopicsNotAllowed { get; } = new(StatusCodes.Status403Forbidden, "", "You may not watch these topics.");

    public static Refusal NoSuchUser { get; } = NotFound("No user with this e-mail address.");

    public static Refusal NotPolled { get; } = NotFound("This account is not polled.");

    /// <param name="settings">The settings of each channel.</param>
    public static Refusal NoAlertChannel(string settings) =>
        new(StatusCodes.Status422UnprocessableEntity, "", $"No channel is configured: set {settings}.");

    /// <param name="why">What is wrong with the token of Cloudflare Access.</param>
    public static Refusal NotThroughCloudflare(string why) =>
        new(StatusCodes.Status403Forbidden, "", $"This receiver accepts requests through Cloudflare Access only ({why}).");

    /// <summary>There is no such thing; <paramref name="detail"/> names it.</summary>
    public static Refusal NotFound(string detail) => new(StatusCodes.Status404NotFound, "", detail);

    /// <summary>A change that an admin asked for was not made.</summary>
    /// <param name="status">404, 409, 422 or 503.</param>
    /// <param name="detail">Why not.</param>
    public static Refusal NotChanged(int status, string detail) => new(status, "", detail);

    /// <summary>For a request that no endpoint answered, or that the server could not read.</summary>
    public static Refusal OfStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => NotFound("There is nothing at this URL."),
        StatusCodes.Status405MethodNotAllowed => new Refusal(status, "", "Method not allowed for this URL."),
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge,
        StatusCodes.Status408RequestTimeout => new Refusal(status, "", "The request took too long to arrive."),
        >= 500 => Failed with { Status = status },
        _ => Invalid("The request could not be read.") with { Status = status },
    };
}
