using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TechTemp.Testing.Otlp;

/// <summary>A span as it was exported.</summary>
/// <param name="Service">The <c>service.name</c> of the program.</param>
/// <param name="Scope">The name of its source.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="TraceId">Its trace, hexadecimal.</param>
/// <param name="SpanId">Its id, hexadecimal.</param>
/// <param name="ParentId">Its parent's id; empty when it has none.</param>
/// <param name="Attributes">Its attributes, each value as text.</param>
/// <param name="Links">The ids of the spans that it is linked to.</param>
public sealed record ExportedSpan(
    string Service,
    string Scope,
    string Name,
    int Kind,
    string TraceId,
    string SpanId,
    string ParentId,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<string> Links);

/// <summary>
/// Reads the export requests (https://github.com/open-telemetry/opentelemetry-proto): as much of them as tests ask for. The requests of the three
/// signals have the same outer form.
/// </summary>
internal static class OtlpMessages
{
    /// <summary>The resources of a request.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Resources(byte[] request) =>
        Fields(request).Where(f => f.Number == 1).Select(f => Resource(f.Bytes));

    /// <summary>The spans of a request of traces.</summary>
    public static IEnumerable<ExportedSpan> Spans(byte[] request)
    {
        foreach (var (_, _, resourceSpans) in Fields(request).Where(f => f.Number == 1))
        {
            var service = Resource(resourceSpans).GetValueOrDefault("service.name", "");
            foreach (var (_, _, scopeSpans) in Fields(resourceSpans).Where(f => f.Number == 2))
            {
                var scope = Fields(scopeSpans).Where(f => f.Number == 1).SelectMany(f => Fields(f.Bytes)).Where(f => f.Number == 1).Select(f => Text(f.Bytes)).FirstOrDefault("");
                foreach (var (_, _, span) in Fields(scopeSpans).Where(f => f.Number == 2))
                {
                    yield return Span(service, scope, span);
                }
            }
        }
    }

    private static ExportedSpan Span(string service, string scope, ReadOnlyMemory<byte> span)
    {
        var fields = Fields(span).ToLookup(f => f.Number);
        return new(
            service,
            scope,
            Text(fields[5].Single().Bytes),
            (int)fields[6].Single().Value,
            Hex(fields[1].Single().Bytes),
            Hex(fields[2].Single().Bytes),
            fields[4].Select(f => Hex(f.Bytes)).FirstOrDefault(""),
            Attributes(fields[9].Select(f => f.Bytes)),
            [.. fields[13].Select(link => Hex(Fields(link.Bytes).Single(f => f.Number == 2).Bytes))]);
    }

    private static Dictionary<string, string> Resource(ReadOnlyMemory<byte> part) =>
        Attributes(Fields(part).Where(f => f.Number == 1).SelectMany(f => Fields(f.Bytes)).Where(f => f.Number == 1).Select(f => f.Bytes));

    private static Dictionary<string, string> Attributes(IEnumerable<ReadOnlyMemory<byte>> pairs) => pairs
        .Select(pair => Fields(pair).ToDictionary(f => f.Number))
        .ToDictionary(pair => Text(pair[1].Bytes), pair => Fields(pair[2].Bytes).Select(Value).FirstOrDefault(""));

    private static string Value((int Number, ulong Value, ReadOnlyMemory<byte> Bytes) value) => value.Number switch
    {
        1 => Text(value.Bytes),
        2 => value.Value == 1 ? "true" : "false",
        3 => ((long)value.Value).ToString(CultureInfo.InvariantCulture),
        4 => BitConverter.UInt64BitsToDouble(value.Value).ToString("R", CultureInfo.InvariantCulture),
        _ => Hex(value.Bytes),
    };

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    // https://protobuf.dev/programming-guides/encoding/
    private static List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        var fields = new List<(int, ulong, ReadOnlyMemory<byte>)>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message.Span, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add((number, Varint(message.Span, ref at), default));
                    break;
                case 1:
                    fields.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    fields.Add((number, 0, message.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} is not known.");
            }
        }

        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var (value, shift) = (0UL, 0);
        byte next;
        do
        {
            next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            shift += 7;
        }
        while ((next & 0x80) != 0);

        return value;
    }
}
