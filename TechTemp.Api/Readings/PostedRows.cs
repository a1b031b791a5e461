using System.Globalization;
using System.Text.Json;
using TechTemp.Api.Http;
using TechTemp.Data.Readings;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.Readings;

/// <summary>Makes messages for the writer of the rows of a posted body; what is wrong with one becomes its rejection.</summary>
/// <param name="device">The device of rows that name none; null for no such.</param>
/// <param name="now">Time of receipt, and of rows that name none.</param>
internal sealed class PostedRows(string? device, DateTimeOffset now)
{
    private readonly long _now = now.ToUnixTimeMilliseconds();

    /// <summary>The device of rows that name none; null for no such.</summary>
    public string? Device => device;

    /// <summary>A line of NDJSON.</summary>
    public IncomingMessage FromLine(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return FromJson(document.RootElement);
        }
        catch (JsonException)
        {
            return Unreadable(RejectionReasons.InvalidJson, "the line must be one JSON object");
        }
    }

    /// <summary>An element of a JSON array, or the whole body.</summary>
    public IncomingMessage FromJson(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            return Unreadable(RejectionReasons.InvalidJson, "each row must be a JSON object");
        }

        try
        {
            return FromObject(row);
        }
        // Half a surrogate pair, or bytes that are not UTF-8, are found only when a text is read.
        catch (InvalidOperationException)
        {
            return Unreadable(RejectionReasons.InvalidJson, "the texts of a row must be Unicode");
        }
    }

    /// <summary>A line of CSV; null for a column that it does not have.</summary>
    public IncomingMessage FromFields(string? uid, string? ts, IEnumerable<(Quantity Quantity, string? Text)> fields)
    {
        var values = default(QuantityValues);
        string? wrong = null;
        foreach (var (quantity, text) in fields)
        {
            // A cell that is empty is a field that is absent.
            if (!string.IsNullOrWhiteSpace(text))
            {
                Set(ref values, ref wrong, quantity, Number(text));
            }
        }

        return From(string.IsNullOrEmpty(uid) ? device : uid, isNamed: false, string.IsNullOrWhiteSpace(ts) ? _now : Time(ts), values, wrong);
    }

    private IncomingMessage FromObject(JsonElement row)
    {
        var named = Property(row, "device_uid");
        var uid = named switch
        {
            null => device,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            _ => null,
        };
        var ts = Property(row, "ts") switch
        {
            null or { ValueKind: JsonValueKind.Null } => _now,
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            { ValueKind: JsonValueKind.String } iso => Time(iso.GetString()),
            _ => (double?)null,
        };
        var values = default(QuantityValues);
        string? wrong = null;
        foreach (var quantity in QuantityRegistry.All)
        {
            if (Property(row, quantity.Key) is { ValueKind: not JsonValueKind.Null } value)
            {
                Set(ref values, ref wrong, quantity, Number(value));
            }
        }

        return From(uid, named is not null, ts, values, wrong);
    }

    private static void Set(ref QuantityValues values, ref string? wrong, Quantity quantity, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            values.Set(quantity, number);
        }
        else
        {
            wrong ??= $"{quantity.Key} must be a finite number";
        }
    }

    private IncomingMessage From(string? uid, bool isNamed, double? ts, in QuantityValues values, string? wrong)
    {
        if (uid is null && !isNamed || values.IsEmpty && wrong is null)
        {
            return Unreadable(RejectionReasons.MissingField, uid is null && !isNamed ? "device_uid is required" : FieldNames.Http.AnyQuantity);
        }

        wrong = uid is null ? "device_uid must be a text"
            : ts is null || !double.IsFinite(ts.Value) ? $"ts {QueryTime.Rule}, or unix milliseconds"
            : wrong;
        return wrong is null
            ? IncomingMessage.FromMeasurement(uid!, new((long)ts!.Value, values), _now, ReadingSource.Http)
            : Unreadable(RejectionReasons.InvalidType, wrong);
    }

    private IncomingMessage Unreadable(string reason, string detail) => IncomingMessage.Unreadable(_now, new(reason, detail));

    private static JsonElement? Property(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value : null;

    private static double? Number(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Time(string? text) =>
        Number(text) ?? (QueryTime.TryParse(text, endOfDay: false, out var time) ? time.ToUnixTimeMilliseconds() : null);
}
