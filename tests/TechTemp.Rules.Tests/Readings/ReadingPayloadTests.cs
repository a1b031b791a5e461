using System.Text;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;
using TechTemp.Readings.Sequences;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingPayloadTests
{
    internal const long Now = 1_757_537_685_793;
    private const string Valid = """{"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33}""";

    [Fact]
    public void The_contracts_example_is_a_reading() =>
        Assert.Equal(new Measurement(1_757_537_685_793, 21.02, 63.33), Accepted(Valid));

    [Theory]
    [InlineData("""{"humidity_pct":63.33,"temperature_c":21.02,"ts":1757537685793}""")]
    [InlineData(" \r\n\t{ \"ts\" : 1757537685793 ,\n\"temperature_c\":21.02,\t\"humidity_pct\":63.33 } \r\n\t")]
    [InlineData("""{"ts":1.757537685793e12,"temperature_c":2102e-2,"humidity_pct":0.6333E+2}""")]
    [InlineData("""{"ts":1757537685793.0,"temperature_c":21.020,"humidity_pct":63.330}""")]
    [InlineData("""{"\u0074s":1757537685793,"temperature\u005fc":21.02,"humidity_pct":63.33}""")]
    public void Order_white_space_and_notation_are_free(string payload) =>
        Assert.Equal(new Measurement(1_757_537_685_793, 21.02, 63.33), Accepted(payload));

    [Theory]
    [InlineData("1757537685793.999")]
    [InlineData("1757537685793.5")]
    [InlineData("1757537685793.001")]
    public void A_fraction_of_the_time_is_truncated(string ts) =>
        Assert.Equal(1_757_537_685_793, Accepted(Json(ts: ts)).Ts);

    [Theory]
    [InlineData(""", "battery": {"mv": 2900, "ts": 1, "temperature_c": [1, {"humidity_pct": "x"}]}""")]
    [InlineData(""", "label": "sälon \" \\ \u00e9", "ok": true, "none": null, "list": [1, "2", {}, []]""")]
    [InlineData(""", "TS": "x", "Temperature_C": null, "temperature": "x", "": 0""")]
    [InlineData(""", "huge": 1e400, "big": 123456789012345678901234567890""")]
    public void Other_fields_are_tolerated(string others) =>
        Assert.Equal(new Measurement(Now, 21.02, 63.33), Accepted(Valid[..^1] + others + "}"));

    [Fact]
    public void Of_a_field_given_twice_the_last_one_holds() =>
        Assert.Equal(
            new Measurement(Now, 2, 3),
            Accepted("""{"ts":1,"temperature_c":1,"humidity_pct":1,"humidity_pct":3,"temperature_c":2,"ts":1757537685793}"""));

    [Theory]
    [InlineData("0")]
    [InlineData("0.0")]
    [InlineData("-0")]
    [InlineData("0e0")]
    public void Zero_is_a_value(string zero)
    {
        var measurement = Accepted(Json(temperature: zero, humidity: zero));
        Assert.Equal((0, 0), (measurement.Temperature, measurement.Humidity));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1041", 1041)]
    [InlineData("9007199254740992", 1L << 53)]
    public void A_device_may_count_its_readings(string seq, long expected) =>
        Assert.Equal(new SequenceMark(expected), Sequence(Valid[..^1] + $", \"seq\": {seq}}}"));

    [Fact]
    public void A_device_may_say_how_far_back_its_memory_goes()
    {
        Assert.Equal(new SequenceMark(7, 5), Sequence(Valid[..^1] + ", \"seq_oldest\": 5, \"seq\": 7}"));
        Assert.Null(Sequence(Valid[..^1] + ", \"seq_oldest\": 5}"));
        Refused(Valid[..^1] + ", \"seq\": 7, \"seq_oldest\": 8}", RejectionReasons.OutOfRange, "seq_oldest");
        Refused(Valid[..^1] + ", \"seq\": 7, \"seq_oldest\": null}", RejectionReasons.InvalidType, "seq_oldest");
    }

    [Fact]
    public void The_number_of_a_refused_reading_is_known_where_its_payload_is_JSON()
    {
        Assert.Equal(new SequenceMark(7), Sequence(Json(humidity: "101")[..^1] + ", \"seq\": 7}"));
        Assert.Equal(new SequenceMark(7), Sequence("""{"seq": 7}"""));
        Assert.Null(Sequence("""{"seq": 7"""));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("\"7\"")]
    [InlineData("[7]")]
    [InlineData("-1")]
    [InlineData("9007199254740993")]
    [InlineData("9223372036854775808")]
    public void A_counter_that_is_no_integer_up_to_2_to_the_53_is_refused(string seq) =>
        Refused(Valid[..^1] + $", \"seq\": {seq}}}", RejectionReasons.InvalidType, "seq");

    [Theory]
    [InlineData("946684800000", 946_684_800_000)]
    [InlineData("946684800000.9", 946_684_800_000)]
    [InlineData("1757624085793", Now + 86_400_000)]
    [InlineData("1757624085793.9", Now + 86_400_000)]
    public void A_time_at_a_bound_is_valid(string ts, long expected) =>
        Assert.Equal(expected, Accepted(Json(ts: ts)).Ts);

    [Theory]
    [InlineData("946684799999")]
    [InlineData("946684799999.9")]
    [InlineData("1757537685")]
    [InlineData("4102444800001")]
    [InlineData("0")]
    [InlineData("-1757537685793")]
    [InlineData("1e300")]
    [InlineData("-1e300")]
    [InlineData("9223372036854775807")]
    [InlineData("18446744073709551617")]
    public void A_time_beyond_a_bound_is_refused(string ts) =>
        Refused(Json(ts: ts), RejectionReasons.OutOfRange, "ts");

    [Theory]
    [InlineData("1757624085794")]
    [InlineData("4102444800000")]
    public void A_time_that_is_more_than_a_day_ahead_and_a_possible_one_is_of_the_future(string ts) =>
        Refused(Json(ts: ts), RejectionReasons.InFuture, "ts");

    [Fact]
    public void What_breaks_another_rule_as_well_is_not_of_the_future() =>
        Refused(Json(ts: "1757624085794", temperature: "86", humidity: "null"), RejectionReasons.OutOfRange, "temperature_c");

    [Theory]
    [InlineData(-40)]
    [InlineData(85)]
    [InlineData(double.Epsilon)]
    public void A_temperature_from_minus_40_to_85_is_valid(double temperature) =>
        Assert.Equal(temperature, Accepted(Json(temperature: $"{temperature:R}")).Temperature);

    [Fact]
    public void A_value_beyond_a_bound_is_refused_and_the_others_are_not()
    {
        foreach (var value in new[] { $"{Math.BitDecrement(-40.0):R}", $"{Math.BitIncrement(85.0):R}", "1e300" })
        {
            Assert.Equal(new Measurement(Now, null, 63.33), RefusedValue(Json(temperature: value), "temperature_c"));
            Refused(Json(temperature: value, humidity: "null"), RejectionReasons.OutOfRange, "temperature_c");
        }
    }

    [Fact]
    public void Each_quantity_has_its_range()
    {
        foreach (var quantity in QuantityRegistry.All)
        {
            foreach (var value in new[] { quantity.Least, quantity.Greatest })
            {
                Assert.Equal(value, Accepted($$"""{"ts": {{Now}}, "{{quantity.PayloadKey}}": {{value:R}} }""").Values[quantity]);
            }

            foreach (var value in new[] { Math.BitDecrement(quantity.Least), Math.BitIncrement(quantity.Greatest) })
            {
                Refused($$"""{"ts": {{Now}}, "{{quantity.PayloadKey}}": {{value:R}} }""", RejectionReasons.OutOfRange, quantity.PayloadKey);
                var other = quantity == QuantityRegistry.Co2 ? QuantityRegistry.Pressure : QuantityRegistry.Co2;
                var left = RefusedValue($$"""{"{{quantity.PayloadKey}}": {{value:R}}, "ts": {{Now}}, "{{other.PayloadKey}}": 812.5 }""", quantity.PayloadKey);
                Assert.Equal((812.5, QuantitySet.Of(other)), (left.Values[other], left.Values.Quantities));
            }
        }
    }

    [Fact]
    public void Every_value_that_is_refused_is_named() =>
        Assert.Equal(
            "temperature_c must be from -40 to 85 °C, was 86; voc_index must be from 0 to 500, was -1",
            Parse("""{"ts": 1757537685793, "temperature_c": 86, "humidity_pct": 50, "voc_index": -1}""").ValueRejection?.Detail);

    [Fact]
    public void Null_means_not_measured()
    {
        Assert.Equal(new Measurement(Now, null, 63.33), Accepted(Json(temperature: "null")));
        Assert.Equal(new Measurement(Now, 21.02, null), Accepted(Json(humidity: "null")));
        Refused(Json(temperature: "null", humidity: "null"), RejectionReasons.MissingField, "temperature_c, humidity_pct, pressure_hpa");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(105)]
    [InlineData(99.99999999999999)]
    public void A_humidity_from_0_to_105_is_valid(double humidity) =>
        Assert.Equal(humidity, Accepted(Json(humidity: $"{humidity:R}")).Humidity);

    [Fact]
    public void A_humidity_beyond_a_bound_is_refused()
    {
        Assert.Equal(new Measurement(Now, 21.02, null), RefusedValue(Json(humidity: $"{Math.BitDecrement(0.0):R}"), "humidity_pct"));
        Assert.Equal(new Measurement(Now, 21.02, null), RefusedValue(Json(humidity: $"{Math.BitIncrement(105.0):R}"), "humidity_pct"));
    }

    [Theory]
    [InlineData("\"21.02\"")]
    [InlineData("\"\"")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("[21.02]")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"value": 21.02}""")]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    public void A_field_that_is_no_finite_number_is_refused_by_its_name(string value)
    {
        Refused(Json(ts: value), RejectionReasons.InvalidType, "ts");
        Refused(Json(temperature: value), RejectionReasons.InvalidType, "temperature_c");
        Refused(Json(humidity: value), RejectionReasons.InvalidType, "humidity_pct");
    }

    [Fact]
    public void A_missing_field_is_named()
    {
        Refused(Valid.Replace("\"ts\"", "\"other\"", StringComparison.Ordinal), RejectionReasons.MissingField, "ts");
        Refused("""{"ts": 1757537685793}""", RejectionReasons.MissingField, "temperature_c");
        Refused(Json(ts: "null"), RejectionReasons.InvalidType, "ts");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("21.02")]
    [InlineData("\"x\"")]
    [InlineData("[]")]
    [InlineData("[" + Valid + "]")]
    [InlineData(Valid + Valid)]
    [InlineData(Valid + " x")]
    [InlineData(Valid + ",")]
    [InlineData(Valid + "\0")]
    [InlineData("\uFEFF" + Valid)]
    [InlineData("""{"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33""")]
    [InlineData("""{"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33,}""")]
    [InlineData("""{"ts": 1757537685793 "temperature_c": 21.02, "humidity_pct": 63.33}""")]
    [InlineData("{'ts': 1757537685793, 'temperature_c': 21.02, 'humidity_pct': 63.33}")]
    [InlineData("{ts: 1757537685793, temperature_c: 21.02, humidity_pct: 63.33}")]
    [InlineData(Valid + "// comment")]
    [InlineData("ts=1757537685793&temperature_c=21.02&humidity_pct=63.33")]
    public void What_is_not_one_JSON_object_is_refused(string payload) =>
        Refused(payload, RejectionReasons.InvalidJson, "JSON");

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("0x10")]
    [InlineData("1,5")]
    [InlineData("undefined")]
    public void A_number_that_JSON_does_not_have_is_refused(string value)
    {
        Refused(Json(ts: value), RejectionReasons.InvalidJson, "JSON");
        Refused(Json(temperature: value), RejectionReasons.InvalidJson, "JSON");
    }

    [Fact]
    public void A_fault_before_broken_JSON_does_not_hide_that_it_is_broken() =>
        Refused("""{"ts": "x", """, RejectionReasons.InvalidJson, "JSON");

    [Theory]
    [InlineData("note")]
    [InlineData("\\u0074")]
    public void Bytes_that_are_not_UTF_8_are_not_JSON(string name)
    {
        byte[] inValue = [.. Encoding.UTF8.GetBytes(Valid[..^1] + $", \"{name}\": \""), 0xC3, 0x28, .. "\"}"u8];
        byte[] inName = [.. Encoding.UTF8.GetBytes(Valid[..^1] + $", \"{name}"), 0xFF, .. "\": 1}"u8];
        Assert.Equal(RejectionReasons.InvalidJson, ReadingPayload.Parse(inValue, Now, out _)?.Reason);
        Assert.Equal(RejectionReasons.InvalidJson, ReadingPayload.Parse(inName, Now, out _)?.Reason);
    }

    [Fact]
    public void A_payload_of_8_KiB_is_valid_and_one_byte_more_is_not()
    {
        var longest = Valid.PadRight(8 * 1024);
        Assert.Equal(Now, Accepted(longest).Ts);
        Refused(longest + " ", RejectionReasons.PayloadTooLarge, "8193");
    }

    [Fact]
    public void Fields_as_deep_as_JSON_parsers_commonly_go_are_tolerated() =>
        Assert.Equal(Now, Accepted(Valid[..^1] + ", \"x\": " + new string('[', 60) + new string(']', 60) + "}").Ts);

    internal static string Json(string ts = "1757537685793", string temperature = "21.02", string humidity = "63.33") =>
        $$"""{"ts": {{ts}}, "temperature_c": {{temperature}}, "humidity_pct": {{humidity}}}""";

    private static Measurement Accepted(string payload)
    {
        var rejection = ReadingPayload.Parse(Encoding.UTF8.GetBytes(payload), Now, out var content);
        Assert.Null(rejection);
        Assert.Null(content.ValueRejection);
        return content.Measurement;
    }

    private static ReadingContent Parse(string payload)
    {
        Assert.Null(ReadingPayload.Parse(Encoding.UTF8.GetBytes(payload), Now, out var content));
        return content;
    }

    private static SequenceMark? Sequence(string payload)
    {
        ReadingPayload.Parse(Encoding.UTF8.GetBytes(payload), Now, out var content);
        return content.Sequence;
    }

    private static void Refused(string payload, string reason, string named)
    {
        var rejection = ReadingPayload.Parse(Encoding.UTF8.GetBytes(payload), Now, out var content);
        Assert.Equal(reason, rejection?.Reason);
        Assert.Contains(named, rejection!.Detail, StringComparison.Ordinal);
        Assert.True(reason is RejectionReasons.OutOfRange or RejectionReasons.InFuture || content.Measurement == default);
    }

    // A value of a message whose others are valid.
    private static Measurement RefusedValue(string payload, string named)
    {
        Assert.Null(ReadingPayload.Parse(Encoding.UTF8.GetBytes(payload), Now, out var content));
        Assert.Equal(RejectionReasons.OutOfRange, content.ValueRejection?.Reason);
        Assert.StartsWith($"{named} must be from ", content.ValueRejection!.Detail, StringComparison.Ordinal);
        return content.Measurement;
    }
}
