using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>A user with a hook and a telemetry token.</summary>
internal sealed class BothSources : IAsyncDisposable
{
    public const string Session = "4b1f0c2e-8d3a-4c55-9d0e-6f7a8b9c0d11";

    private readonly string _access;
    private readonly string _telemetry;

    private BothSources(Wire wire, string access, string telemetry) => (Wire, _access, _telemetry) = (wire, access, telemetry);

    public Wire Wire { get; }

    public static long Key(string id) => LedgerKey.OfRequest(Encoding.UTF8.GetBytes(id));

    /// <summary>A little before the event of the same request.</summary>
    public long HookAt => Wire.Now.AddMinutes(-31).ToUnixTimeMilliseconds();

    public static async Task<BothSources> StartAsync(params (string Key, string? Value)[] settings)
    {
        var wire = await Wire.StartAsync([("OTLP_TOKEN", OtlpHost.Token), .. settings]);
        var access = await wire.SignUpAsync();
        var telemetry = await wire.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, "amara@example.org");
        return new BothSources(wire, access, telemetry.Token!);
    }

    public JsonObject Event(string id, params (string Key, object Value)[] more) => Event(id, Session, -30, more);

    public JsonObject Event(string id, string? session = Session, int minutes = -30, params (string Key, object Value)[] more) =>
        Otlp.Request(id, session, at: Wire.Now.AddMinutes(minutes), more: more);

    public async Task EventsAsync(params JsonObject[] events)
    {
        using var response = await PostAsync(_telemetry, events);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public Task<HttpResponseMessage> PostAsync(string token, params JsonObject[] events) => Wire.SendAsync("/v1/logs", token, Encoding.UTF8.GetBytes(Otlp.Logs(events)));

    /// <summary>Exports points of <c>claude_code.token.usage</c>, whose deltas add up.</summary>
    public async Task MetricsAsync(params JsonObject[] points)
    {
        using var response = await Wire.SendAsync("/v1/metrics", _telemetry, Encoding.UTF8.GetBytes(Otlp.Tokens(cumulative: false, points)));
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Reports a request with the figures of <see cref="Event(string, ValueTuple{string, object}[])"/>.</summary>
    public Task HookAsync(long key, RequestFlags flags = RequestFlags.ApiId, long? at = null) => ReportAsync(new ReportedRequest(key, at ?? HookAt, -1, 0, flags, RequestOrigin.Main, 10, 20, 30, 40, 0, 0));

    public Task PauseAsync(long from, long? until) => ReportAsync(null, new ReportedPause(from, until));

    public IReadOnlyList<string> Rows(string sql) => Wire.Rows(sql);

    /// <summary>Every sum is a count over the requests, and of the requests those count that should.</summary>
    public async Task CheckAsync()
    {
        using var session = await Wire.Receiver.Service<ReadSessions>().OpenAsync(TestContext.Current.CancellationToken);
        Assert.Empty(LedgerRecount.Check(session, OrganisationCalendar.Utc, 1));
    }

    public ValueTask DisposeAsync() => Wire.DisposeAsync();

    private async Task ReportAsync(ReportedRequest? request, params ReportedPause[] pauses) => await Wire.AssertStoredAsync(await Wire.ReportAsync(_access, new RequestBatch
    {
        Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64" },
        Models = ["claude-opus-5-5"],
        Sessions = request is { } reported ? [new ReportedSession { SessionId = Session, Entrypoint = "cli", Requests = [reported] }] : [],
        Pauses = pauses,
    }));
}
