using System.Net.Http.Headers;
using System.Net;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Tests.Telemetry;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Tests.Platform.Colours;

/// <summary>A model has one colour, whichever source reported it.</summary>
public sealed class ModelColoursTests
{
    [Fact]
    public async Task Models_SeenByTelemetryAndByReports_HaveOneColourOnAllPages()
    {
        await using var history = await History.EmptyAsync(("OTLP_TOKEN", OtlpHost.Token));
        await history.AddUserAsync(1);
        var now = history.Time.GetUtcNow();
        await SendAsync(history, now, "claude-sonnet-5");
        await history.StoreAsync(1, History.Turn("s", 0, now.AddMinutes(-9), ("claude-opus-5-5", History.Usage(1, 1))), History.Turn("s", 1, now.AddMinutes(-8), ("claude-sonnet-5", History.Usage(1, 1))));
        await SendAsync(history, now, "claude-haiku-5-5");
        await SendAsync(history, now, "claude-opus-5-5");
        await history.StoreAsync(1, History.Turn("s", 2, now.AddMinutes(-7), ("claude-haiku-5-5", History.Usage(1, 1)), ("claude-opus-4-8", History.Usage(1, 1))));

        var usage = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(now)));
        var telemetry = await history.Receiver.Service<TelemetryPageQuery>().ReadAsync(
            new TelemetryFilter("today", DateOnly.FromDateTime(now.UtcDateTime), DateOnly.FromDateTime(now.UtcDateTime)), new CallPart(0, 1), DataScope.Everybody, TestContext.Current.CancellationToken);

        var colours = usage.Choices.Models.ToDictionary(model => model.Name, model => model.Colour);
        Assert.Equal(new Dictionary<string, int> { ["claude-sonnet-5"] = 1, ["claude-opus-5-5"] = 2, ["claude-haiku-5-5"] = 3, ["claude-opus-4-8"] = 4 }, colours);
        Assert.Equal(colours.OrderBy(pair => pair.Key), telemetry.Choices.Colours.OrderBy(pair => pair.Key));
    }

    private static async Task SendAsync(History history, DateTimeOffset at, string model)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/logs", UriKind.Relative));
        request.Content = new StringContent(Otlp.Logs(Otlp.Request("r-" + model, model: model, at: at.AddMinutes(-10))), new MediaTypeHeaderValue("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OtlpHost.Token);
        using var answer = await history.Receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
