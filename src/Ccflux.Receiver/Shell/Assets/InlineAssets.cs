using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Assets;

/// <summary>Inlines the bundle in a self-contained page, with a policy that allows exactly this bundle and no requests.</summary>
internal static class InlineAssets
{
    public static string Policy(WebAssets assets) =>
        $"default-src 'none'; script-src {Hash(assets, WebAssets.EarlyScript)} {Hash(assets, WebAssets.Script)}; "
        + $"style-src {Hash(assets, WebAssets.Styles)}; img-src data:; form-action 'none'; base-uri 'none'";

    public static MarkupString Style(WebAssets assets) => new($"<style>{Text(assets, WebAssets.Styles)}</style>");

    public static MarkupString EarlyScript(WebAssets assets) => new($"<script>{Text(assets, WebAssets.EarlyScript)}</script>");

    public static MarkupString Script(WebAssets assets) => new($"<script>{Text(assets, WebAssets.Script)}</script>");

    /// <summary>The text as it appears between the tags. The bundler escapes closing tags in it, which a test checks.</summary>
    private static string Text(WebAssets assets, string name) =>
        assets.Find(name) is { } asset ? Encoding.UTF8.GetString(asset.Content) : "";

    private static string Hash(WebAssets assets, string name) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Text(assets, name))))}'";
}
