namespace Ccflux.Receiver.Platform.Http;

/// <summary>Reads a form with untrusted content.</summary>
internal static class FormReading
{
    /// <exception cref="BadHttpRequestException">The body is not a form.</exception>
    public static async Task<IFormCollection> ReadFormSafelyAsync(this HttpRequest request)
    {
        try
        {
            return await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form could not be read.", exception);
        }
    }

    /// <summary>The same, but returns an empty form if the request does not state that it is one.</summary>
    /// <inheritdoc cref="ReadFormSafelyAsync"/>
    public static async Task<IFormCollection> FormOrEmptyAsync(this HttpRequest request) =>
        request.HasFormContentType ? await request.ReadFormSafelyAsync() : FormCollection.Empty;
}
