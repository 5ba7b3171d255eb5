using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Quota.Api;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Ccflux.Receiver.Tests.Platform.Http;

/// <summary>Every operation is described, with everything that it accepts; what is described is accepted.</summary>
public sealed partial class OperationDocsTests : IAsyncLifetime
{
    private const string OtlpToken = "otlp-token-for-tests";

    private static readonly Dictionary<string, JsonTypeInfo> s_bodies = new(StringComparer.Ordinal)
    {
        ["/register-key"] = AuthJson.Default.RegisterKeyRequest,
        ["/report"] = UsageJson.Default.RequestBatch,
        ["/quota/readings"] = QuotaJson.Default.ReadingBatch,
        ["/agent/enrol"] = FleetJson.Default.EnrolRequest,
        ["/heartbeat"] = FleetJson.Default.Heartbeat,
        ["/agent/credential"] = FleetJson.Default.ReturnedLogin,
        ["/api/settings"] = QuotaApiJson.Default.SettingsRequest,
        ["/api/v1/quota/alerts/rules"] = QuotaApiJson.Default.AlertRuleRequest,
    };

    private static readonly string[] s_otlp = ["/v1/logs", "/v1/metrics", "/v1/traces"];
    private static readonly string[] s_withoutBody = ["/token", "/api/poll-now", "/api/v1/quota/alerts/test"];

    private RunningReceiver _receiver = null!;
    private JsonObject _paths = null!;

    public async ValueTask InitializeAsync()
    {
        var keys = Directory.CreateTempSubdirectory("ccflux-keys-").FullName;
        _receiver = await RunningReceiver.StartAsync(settings: [("FLEET", "1"), ("VAULT_KEY_PATH", keys), ("OTLP_TOKEN", OtlpToken), ("ADMIN_RATE_LIMIT_PER_MINUTE", "10000")]);
        using var answer = await _receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.ViewerToken);
        _paths = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["paths"]!.AsObject();
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_receiver.DatabasePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO users (email, division, created_at) VALUES ('person1@example.org', '', 0)";
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public void Document_HasEveryRouteThatIsNoPageAndSaysWhatItIsFor()
    {
        var routes = _receiver.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true })
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} /{Plain(endpoint.RoutePattern.RawText!)}"))
            .Order(StringComparer.Ordinal);

        Assert.Equal(routes, Operations().Select(one => $"{one.Method} {one.Path}").Order(StringComparer.Ordinal));
        Assert.All(Operations(), one => Assert.True(one.Operation["summary"] is not null, $"{one.Path} has no summary"));
        Assert.All(Operations(), one => Assert.DoesNotContain("Ccflux", one.Operation["tags"]!.ToJsonString(), StringComparison.Ordinal));
        Assert.All(Operations(), one => Assert.Equal(one.Path.Count(c => c == '{'), Parameters(one.Operation).Count(parameter => (string)parameter["in"]! == "path")));
    }

    [Fact]
    public async Task EveryParameter_WithAValueThatCannotBe_IsRefusedByName()
    {
        var tried = 0;
        foreach (var (method, path, operation) in Operations())
        {
            foreach (var name in Parameters(operation).Where(parameter => (string)parameter["in"]! == "query").Select(parameter => (string)parameter["name"]!))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"{path.Replace("{email}", "person1@example.org", StringComparison.Ordinal)}?{name}={new string('x', 300)}", UriKind.Relative));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningReceiver.AdminToken);
                using var answer = await _receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);
                var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

                Assert.True(answer.StatusCode == HttpStatusCode.BadRequest && body.Contains($"{name}:", StringComparison.Ordinal), $"{method} {path} {name}: {(int)answer.StatusCode} {body}");
                tried++;
            }
        }

        Assert.True(tried > 100, $"{tried} parameters");
    }

    [Fact]
    public void EveryPost_ThatTakesABody_HasItsSchemaAndAnExampleOfIt()
    {
        foreach (var (_, path, operation) in Operations().Where(one => one.Method == "POST"))
        {
            if (s_withoutBody.Contains(path, StringComparer.Ordinal))
            {
                Assert.Null(operation["requestBody"]);
                continue;
            }

            var media = operation["requestBody"]!["content"]!["application/json"]!;
            var example = media["example"]!;
            Assert.Null(Fault(example, media["schema"]!, path));
            if (s_otlp.Contains(path, StringComparer.Ordinal))
            {
                continue;
            }

            var read = JsonSerializer.Deserialize(example.ToJsonString(), s_bodies[path]);
            Assert.True(JsonNode.DeepEquals(example, JsonSerializer.SerializeToNode(read, s_bodies[path])), $"{path}: {example}");
            foreach (var required in path.StartsWith("/api/", StringComparison.Ordinal) ? [] : media["schema"]!["required"]!.AsArray())
            {
                var without = example.DeepClone().AsObject();
                without.Remove((string)required!);
                Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(without.ToJsonString(), s_bodies[path]));
            }
        }
    }

    [Theory]
    [InlineData("/api/settings", RunningReceiver.AdminToken, HttpStatusCode.OK)]
    [InlineData("/api/v1/quota/alerts/rules", RunningReceiver.AdminToken, HttpStatusCode.NotFound)]
    [InlineData("/v1/logs", OtlpToken, HttpStatusCode.OK)]
    [InlineData("/v1/metrics", OtlpToken, HttpStatusCode.OK)]
    [InlineData("/v1/traces", OtlpToken, HttpStatusCode.OK)]
    public async Task Example_AsItStands_IsTaken(string path, string token, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var example = _paths[path]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!;
        request.Content = new StringContent(example.ToJsonString(), Encoding.UTF8, "application/json");

        using var answer = await _receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/settings", "interval")]
    [InlineData("/api/v1/quota/alerts/rules", "account")]
    [InlineData("/api/v1/quota/alerts/rules", "thresholds")]
    public async Task Example_WithoutWhatIsRequired_IsRefusedByName(string path, string field)
    {
        var media = _paths[path]!["post"]!["requestBody"]!["content"]!["application/json"]!;
        var body = media["example"]!.DeepClone().AsObject();
        body.Remove(field);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningReceiver.AdminToken);

        using var answer = await _receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field + ":", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains(field, media["schema"]!["required"]!.AsArray().Select(name => (string)name!));
    }

    /// <summary>Swagger UI sends a signed-in admin's requests with the session's own antiforgery token, which its page contains.</summary>
    [Fact]
    public async Task SwaggerUi_OfASession_HoldsWhatAPostNeeds()
    {
        var cookie = await _receiver.SignInAsync();

        var page = await _receiver.Client.GetStringAsync(new Uri("/docs/", UriKind.Relative), cookie);
        var token = page.Split("name=\"antiforgery\" content=\"")[1].Split('"')[0];
        using var with = await _receiver.Client.PostFormAsync("/api/settings", [new("interval", "240")], cookie, headers: ("X-CCFLUX-Antiforgery", token));
        using var without = await _receiver.Client.PostFormAsync("/api/settings", [new("interval", "240")], cookie);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (with.StatusCode, without.StatusCode));
        using var script = await _receiver.Client.FetchAsync("/docs/start.js", cookie);
        Assert.Contains("X-CCFLUX-Antiforgery", await script.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private IEnumerable<(string Method, string Path, JsonNode Operation)> Operations() =>
        _paths.SelectMany(path => path.Value!.AsObject().Select(one => (one.Key.ToUpperInvariant(), path.Key, one.Value!)));

    private static IEnumerable<JsonNode> Parameters(JsonNode operation) => operation["parameters"]?.AsArray().Select(parameter => parameter!) ?? [];

    /// <summary>A route's pattern as the document writes it: without constraints.</summary>
    private static string Plain(string pattern) => Constraint().Replace(pattern.Trim('/'), "}");

    [GeneratedRegex(@":\w+}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Constraint();

    /// <returns>Which part of a value does not match its schema; null if all of it does.</returns>
    private static string? Fault(JsonNode? value, JsonNode schema, string at)
    {
        switch (value)
        {
            case JsonObject map:
                var properties = schema["properties"]?.AsObject();
                var missing = schema["required"]?.AsArray().FirstOrDefault(name => !map.ContainsKey((string)name!));
                return missing is not null ? $"{at}: {missing} is missing"
                    : map.Select(pair => (properties?[pair.Key] ?? schema["additionalProperties"]) is { } inner ? Fault(pair.Value, inner, $"{at}.{pair.Key}")
                        : properties is null ? null : $"{at}: {pair.Key} is not described").FirstOrDefault(fault => fault is not null);
            case JsonArray list:
                return list.Select(item => Fault(item, schema["items"]!, at + "[]")).FirstOrDefault(fault => fault is not null);
            case null:
                return (bool?)schema["nullable"] == true ? null : $"{at}: null";
            default:
                var kind = value.GetValueKind() switch
                {
                    JsonValueKind.String => "string",
                    JsonValueKind.Number => "number",
                    _ => "boolean",
                };
                var type = (string?)schema["type"];
                // Places of an array that differ in kind are described in words.
                return (type is null && at.EndsWith("[]", StringComparison.Ordinal)) || type == kind || (kind == "number" && type == "integer") ? null : $"{at}: {kind}, described as {type}";
        }
    }
}
