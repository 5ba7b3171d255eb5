namespace Ccflux.Receiver.Shell.Docs;

/// <summary>A page of the documentation.</summary>
/// <param name="Name">Its file's name without <c>.md</c>, which is also the last part of its URL.</param>
/// <param name="Title">Its first heading.</param>
/// <param name="Html">The whole page as HTML, rendered from our own Markdown; raw HTML in it is shown as text.</param>
public sealed record DocPage(string Name, string Title, string Html);
