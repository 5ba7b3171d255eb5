using System.CommandLine;
using System.Text;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Usage.Pages;

namespace Ccflux.Receiver.Cli;

/// <summary><c>export FILE</c>: writes the dashboard as one HTML file, like <c>/admin/?export</c>.</summary>
internal static class ExportCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "The new HTML file; it must not exist yet." };
        var command = new Command("export", "Writes the dashboard as one HTML file that works offline, without forms or tokens.") { file };
        command.SetAction((result, cancellationToken) => CommandHost.ReadAsync(async services =>
        {
            var target = result.GetValue(file)!;
            PrivateFile.Create(target);
            var address = services.GetRequiredService<HttpOptions>().BaseUrl ?? "https://ccflux.example.org";
            var html = await services.GetRequiredService<UsageExport>().UsageAsync(Principal.Cli, null, address, cancellationToken);
            await File.WriteAllTextAsync(target, html, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
            await Console.Out.WriteLineAsync($"Wrote {target}. It contains e-mail addresses, device names and usage: treat it like a spreadsheet export.");
            return CommandHost.Done;
        }));
        return command;
    }
}
