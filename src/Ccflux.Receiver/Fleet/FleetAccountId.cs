using System.Text.Json;

namespace Ccflux.Receiver.Fleet;

/// <summary>Identifies an account of the vault. Quota has ids of its own for the accounts that it reads.</summary>
[JsonConverter(typeof(FleetAccountIdJson))]
public readonly record struct FleetAccountId(long Value)
{
    public static FleetAccountId? Of(long? value) => value is { } id ? new FleetAccountId(id) : null;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>In stored JSON it is a number.</summary>
internal sealed class FleetAccountIdJson : JsonConverter<FleetAccountId>
{
    public override FleetAccountId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, FleetAccountId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
