using System.Net;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>The forms for rules on <c>/admin/alerts</c>: who may use them, and which input is invalid.</summary>
public sealed class RuleFormsTests
{
    private const string Rules = "/admin/alerts/rules";

    [Fact]
    public async Task Rules_NeedTheAdminAnAccountAndThresholds()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var viewer = await receiver.SignInAsync(RunningReceiver.ViewerToken);
        foreach (var form in new[] { "/new", "/1", "/1/remove" })
        {
            using var byViewer = await receiver.Client.PostFormAsync(Rules + form, [], viewer);
            using var byNobody = await receiver.Client.PostFormAsync(Rules + form, []);
            Assert.True(byViewer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest, form);
            Assert.True(byNobody.StatusCode is HttpStatusCode.Unauthorized, form);
        }

        using (var none = await receiver.Client.FetchAsync(Rules + "/new", bearer: RunningReceiver.AdminToken))
        {
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }

        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = receiver.DatabasePath, Pooling = false }.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO quota_accounts (account_id, account_key, owner, source, created_at) VALUES (1, 'k', 0, 'oauth', 0)";
            command.ExecuteNonQuery();
        }

        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(receiver, "/1", ("thresholds", "80")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(receiver, "/new", ("account", "2"), ("thresholds", "80")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(receiver, "/new", ("account", "1"), ("thresholds", "80, 0")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(receiver, "/new", ("account", "1"), ("thresholds", "1,2,3,4,5,6")));
        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(receiver, "/new", ("account", "1"), ("thresholds", "80")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(receiver, "/new", ("account", "1"), ("thresholds", "80")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(receiver, "/1", ("thresholds", "soon")));
        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(receiver, "/1/remove"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(receiver, "/1/remove"));
    }

    private static async Task<HttpStatusCode> PostAsync(RunningReceiver receiver, string form, params (string Name, string Value)[] fields)
    {
        using var answer = await receiver.Client.PostFormAsync(
            Rules + form, fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), bearer: RunningReceiver.AdminToken, headers: ("Accept", "text/html"));
        return answer.StatusCode;
    }
}
