namespace Ccflux.Receiver.Platform.Http;

/// <summary>Reads a form that may be anything.</summary>
internal static class FormReading
{
    /// <exception cref="BadHttpRequestException">What was sent is no form.</exception>
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

    /// <summary>The same, and without fields where nothing says that a form was sent.</summary>
    /// <inheritdoc cref="ReadFormSafelyAsync"/>
    public static async Task<IFormCollection> FormOrEmptyAsync(this HttpRequest request) =>
        request.HasFormContentType ? await request.ReadFormSafelyAsync() : FormCollection.Empty;
}
