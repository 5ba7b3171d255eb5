using System.Globalization;
using System.Text.Json;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>Writes <c>{"timezone":…,"price_list":{"updated":…,"age_days":…},"totals":{…},"rows":[{"key":…,"input_tokens":…,…,"models":{NAME:{…}}}],
/// "unpriced_models":[…],"lines_passed_over":{REASON:lines},"answers_with_odd_figures":n}</c>, plus <c>"since"</c> and <c>"until"</c> if they are given, and
/// <c>"desktop_agent_mode":{"sessions":…,"output_tokens":…}</c> if there are such sessions.</summary>
internal static class UsageJsonWriter
{
    public static void Write(UsageTable table, PriceListAge prices, Stream output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("timezone", table.View.Zone.Id);
        WriteDay(json, "since", table.View.Since);
        WriteDay(json, "until", table.View.Until);
        json.WriteStartObject("price_list");
        WriteDay(json, "updated", prices.Updated);
        json.WriteNumber("age_days", prices.Days);
        json.WriteEndObject();
        json.WriteStartObject("totals");
        WriteSum(json, table.Totals);
        json.WriteEndObject();
        json.WriteStartArray("rows");
        foreach (var row in table.Rows)
        {
            json.WriteStartObject();
            json.WriteString("key", row.Key);
            WriteSum(json, row.Sum);
            json.WriteStartObject("models");
            foreach (var (model, sum) in row.Models)
            {
                json.WriteStartObject(model);
                WriteSum(json, sum);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("unpriced_models");
        foreach (var model in table.UnpricedModels)
        {
            json.WriteStringValue(model);
        }

        json.WriteEndArray();
        if (table.DesktopSessions > 0)
        {
            json.WriteStartObject("desktop_agent_mode");
            json.WriteNumber("sessions", table.DesktopSessions);
            json.WriteNumber("output_tokens", table.DesktopOutputTokens);
            json.WriteEndObject();
        }

        json.WriteStartObject("lines_passed_over");
        foreach (var (name, _, lines) in UsageFaults.PassedOver(table.Faults))
        {
            json.WriteNumber(name, lines);
        }

        json.WriteEndObject();
        json.WriteNumber("answers_with_odd_figures", table.Faults[LineFault.Figure]);
        json.WriteEndObject();
    }

    private static void WriteDay(Utf8JsonWriter json, string name, DateOnly? day)
    {
        if (day is { } known)
        {
            json.WriteString(name, known.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
    }

    private static void WriteSum(Utf8JsonWriter json, UsageSum sum)
    {
        json.WriteNumber("input_tokens", sum.InputTokens);
        json.WriteNumber("output_tokens", sum.OutputTokens);
        json.WriteNumber("cache_read_tokens", sum.CacheReadTokens);
        json.WriteNumber("cache_write_tokens", sum.CacheWriteTokens);
        json.WriteNumber("cache_write_1h_tokens", sum.CacheWrite1hTokens);
        json.WriteNumber("messages", sum.Messages);
        // The division drops the trailing zeros of a decimal sum.
        json.WriteNumber("cost_usd", sum.CostUsd / 1.0000000000000000m);
        if (sum.Partial)
        {
            json.WriteBoolean("partial", value: true);
        }
    }
}
