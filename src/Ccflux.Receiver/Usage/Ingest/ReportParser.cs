using System.Text.Json;
using System.Text.Unicode;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>Parses a report. Error messages name the place of the error and never quote the body.</summary>
internal static class ReportParser
{
    private const int MaxPath = 120;

    public static IncomingReport? Parse(ReadOnlySpan<byte> body, out string fault)
    {
        fault = "";
        if (!Utf8.IsValid(body))
        {
            fault = "The body is not UTF-8.";
            return null;
        }

        try
        {
            switch (SchemaVersion(body))
            {
                case RequestBatch.Version:
                    return IncomingReport.Of(BodyJson.Deserialize(body, UsageJson.Default.RequestBatch)!);
                case LegacyReport.Version:
                    return FromLegacy(BodyJson.Deserialize(body, UsageJson.Default.LegacyReport)!, out fault);
                default:
                    fault = "schema_version: 1 or 3.";
                    return null;
            }
        }
        catch (JsonException exception)
        {
            fault = Describe(exception);
            return null;
        }
        catch (InvalidOperationException)
        {
            // A property's name contains an escaped half of a surrogate pair.
            fault = Describe(new JsonException());
            return null;
        }
    }

    /// <summary>The schema of the body. ccflux 0.1 always sent it, and a body without it is read as one of ccflux 0.1.</summary>
    private static int SchemaVersion(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ReportLimits.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("", "$", null, null);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("schema_version"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) ? version : -1;
            }

            reader.Skip();
        }

        return LegacyReport.Version;
    }

    private static IncomingReport? FromLegacy(LegacyReport report, out string fault)
    {
        fault = "";
        if (report.TimestampUtc is not { Length: <= ReportLimits.MaxText } || !LegacyTime.TryParse(report.TimestampUtc, out var at))
        {
            fault = $"timestamp_utc: an RFC 3339 time of at most {ReportLimits.MaxText} characters.";
            return null;
        }

        DateTimeOffset started = default;
        if (report.SessionStartUtc is { } text && (text.Length > ReportLimits.MaxText || !LegacyTime.TryParse(text, out started)))
        {
            fault = $"session_start_utc: an RFC 3339 time of at most {ReportLimits.MaxText} characters.";
            return null;
        }

        var models = report.Models?.ToDictionary(model => model.Key, model => (LegacyModelUsage?)model.Value, StringComparer.Ordinal);
        return IncomingReport.Of(new LegacyTurn(
            report.SessionId, report.TurnIndex, at, report.SessionStartUtc is null ? null : started, models, report.PluginVersion ?? "", report.UserEmail));
    }

    private static string Describe(JsonException exception)
    {
        var path = exception.Path is { Length: > 0 and <= MaxPath } known && !known.Any(char.IsControl) ? known : "$";
        return $"The body is not a report: malformed, missing or out of range at {path} (at most {ReportLimits.MaxDepth} levels deep).";
    }
}
