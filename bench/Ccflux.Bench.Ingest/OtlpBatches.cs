using System.Buffers.Binary;
using System.Text;
using Ccflux.Testing;

namespace Ccflux.Bench.Ingest;

/// <summary>OTLP requests with the mix of a recorded run: its records repeated, each with its own time, session and ids.</summary>
internal sealed class OtlpBatches(byte[] recording)
{
    public const int RecordsABatch = 512;
    private const int Sessions = 200;

    private static readonly byte[] s_session = "session.id"u8.ToArray();
    private static readonly byte[] s_request = "request_id"u8.ToArray();

    private int _next;

    /// <summary>How many of the generated records are of a kind that is kept.</summary>
    public int Kept { get; private set; }

    private List<byte[]> Templates { get; } = Records(recording).ToList();

    private byte[] Resource { get; } = Find(Fields(Find(recording, 1)), 1);

    /// <summary>A request with the given number of log records.</summary>
    public byte[] Logs(DateTimeOffset start, int records = RecordsABatch)
    {
        var scope = new ProtoMessage();
        for (var i = 0; i < records; i++)
        {
            var number = _next++;
            var record = (byte[])Templates[number % Templates.Count].Clone();
            Kept += IsKept(record) ? 1 : 0;
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(record.AsSpan().IndexOf((byte)0x09) + 1), (start.ToUnixTimeMilliseconds() + (number / 16)) * 1_000_000);
            Number(record, s_session, number / RecordsABatch % Sessions);
            Number(record, s_request, number);
            scope.Bytes(2, record);
        }

        return Request(scope);
    }

    /// <summary>A request of <see cref="RecordsABatch"/> delta points of <c>claude_code.token.usage</c>.</summary>
    public byte[] Points(DateTimeOffset start)
    {
        var sum = new ProtoMessage().Number(2, 1).Number(3, 1);
        for (var i = 0; i < RecordsABatch; i++)
        {
            var number = _next++;
            sum.Message(1, new ProtoMessage()
                .Attribute(7, "session.id", $"session-{number / RecordsABatch % Sessions}").Attribute(7, "user.id", "install-1").Attribute(7, "terminal.type", "vscode")
                .Attribute(7, "model", "claude-opus-5-5").Attribute(7, "query_source", "main")
                .Attribute(7, "type", (number % 4) switch { 0 => "input", 1 => "output", 2 => "cacheRead", _ => "cacheCreation" })
                .Fixed(2, start.ToUnixTimeMilliseconds() * 1_000_000).Fixed(3, (start.ToUnixTimeMilliseconds() + number + 1) * 1_000_000).Fixed(4, BitConverter.DoubleToInt64Bits(1)));
        }

        return Request(new ProtoMessage().Message(2, new ProtoMessage().Text(1, "claude_code.token.usage").Message(7, sum)));
    }

    private byte[] Request(ProtoMessage scope) => new ProtoMessage().Message(1, new ProtoMessage().Bytes(1, Resource).Message(2, scope)).ToArray();

    private static bool IsKept(byte[] record) => new[] { "api_request", "api_error", "tool_result", "tool_decision", "user_prompt", "compaction", "subagent_completed" }
        .Any(name => record.AsSpan().IndexOf(Encoding.UTF8.GetBytes("claude_code." + name)) >= 0);

    /// <summary>Writes a number over the end of an attribute's text.</summary>
    private static void Number(byte[] record, byte[] name, int number)
    {
        var at = record.AsSpan().IndexOf(name);
        if (at < 0)
        {
            return;
        }

        // After the name: tag and length of the value, tag and length of its text, the text.
        var length = record[at + name.Length + 3];
        Encoding.ASCII.GetBytes(number.ToString("D8", System.Globalization.CultureInfo.InvariantCulture), record.AsSpan(at + name.Length + 4 + length - 8));
    }

    private static IEnumerable<byte[]> Records(byte[] request) =>
        Fields(request).Where(field => field.Number == 1)
            .SelectMany(resource => Fields(resource.Value)).Where(field => field.Number == 2)
            .SelectMany(scope => Fields(scope.Value)).Where(field => field.Number == 2)
            .Select(record => record.Value);

    private static byte[] Find(byte[] message, int number) => Find(Fields(message), number);

    private static byte[] Find(IEnumerable<(int Number, byte[] Value)> fields, int number) => fields.First(field => field.Number == number).Value;

    /// <summary>A message's fields that contain bytes; the messages walked here have no others before the records.</summary>
    private static IEnumerable<(int Number, byte[] Value)> Fields(byte[] message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message, ref at);
            var length = Varint(message, ref at);
            if ((tag & 7) == 2)
            {
                yield return (tag >> 3, message.AsSpan(at, length).ToArray());
                at += length;
            }
        }
    }

    private static int Varint(byte[] message, ref int at)
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
