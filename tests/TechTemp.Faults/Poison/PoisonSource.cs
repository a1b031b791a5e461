using System.Globalization;
using System.Text;
using TechTemp.Faults.Books;

namespace TechTemp.Faults.Poison;

/// <summary>
/// Generates messages that no careful device sends, among some that one does: always the same from the same seed. Each has
/// a time of its own, so that none can be another's duplicate.
/// </summary>
internal sealed class PoisonSource
{
    private const int Devices = 200;
    private const int MaxPayloadBytes = 8 * 1024;
    private readonly Random _random;
    private readonly Func<PoisonMessage>[] _kinds;
    private StoredReading _sample;
    private long _count;

    public PoisonSource(Random random)
    {
        _random = random;
        _kinds =
        [
            // Valid, however strange.
            () => Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}"""),
            () => Stored(" \r\n\t{ \"humidity_pct\" : @h ,\n\"temperature_c\":@t, \"ts\" : @ts } \n"),
            () => Stored("""{"ts":@ts.999,"temperature_c":@t,"humidity_pct":@h}"""),
            () => Stored("""{"\u0074s":@ts,"temperature\u005fc":@t,"humidity_pct":@h}"""),
            () => Stored("""{"ts":1,"ts":@ts,"temperature_c":-3,"temperature_c":@t,"humidity_pct":@h}"""),
            () => Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"x":""" + Deep(_random.Next(1, 50)) + "}"),
            () => Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"":null,"TS":"x","n":1e400,"u":"\ud800\u0000"}"""),
            () => Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"digits":""" + new string('9', _random.Next(1, 2_000)) + "}"),
            () => Stored(Padded(MaxPayloadBytes)),
            () => Stored("""{"ts":@ts,"temperature_c":@t}""") with { Sample = _sample with { Humidity = null } },
            () => Stored("""{"ts":@ts,"Temperature_C":"@t","temperature_c":null,"humidity_pct":@h}""") with { Sample = _sample with { Temperature = null } },
            () => Stored("""{"ts":@ts,"co2_ppm":812.25,"voc_index":0}""") with { Sample = _sample with { Temperature = null, Humidity = null, Co2 = 812.25 } },
            // Not JSON, or not one object.
            () => Rejected(""),
            () => Rejected("null"),
            () => Rejected("[@ts,@t,@h]"),
            () => Rejected("""[{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}]"""),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}{}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,}"""),
            () => Rejected("""{'ts':@ts,'temperature_c':@t,'humidity_pct':@h}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h/*x*/}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":NaN,"humidity_pct":@h}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"humidity_pct":-Infinity}"""),
            () => Rejected("""{"ts":0@ts,"temperature_c":+@t,"humidity_pct":@h}"""),
            () => Rejected("\uFEFF{\"ts\":@ts,\"temperature_c\":@t,\"humidity_pct\":@h}"),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"x":""" + Deep(_random.Next(100, 3_000)) + "}"),
            () => Rejected(Deep(_random.Next(100, 3_000))),
            Truncated,
            InvalidUtf8,
            RandomBytes,
            // JSON, and not what a reading must have.
            () => Rejected("{}"),
            () => Rejected("""{"ts":@ts}"""),
            () => Rejected("""{"ts":@ts,"Temperature_C":@t,"humidity":@h,"co2_ppm":null}"""),
            () => Rejected("""{"ts":"@ts","temperature_c":@t,"humidity_pct":@h}"""),
            () => Rejected("""{"ts":null,"temperature_c":@t,"humidity_pct":@h}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"co2_ppm":"@h"}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":true,"humidity_pct":[@h]}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":{"v":@t},"humidity_pct":@h}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":1e400,"humidity_pct":@h}"""),
            () => Rejected("""{"ts":-1e400,"temperature_c":@t,"humidity_pct":@h}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"temperature_c":"@t","humidity_pct":@h}"""),
            () => Rejected("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"seq":""" + Pick("-1", "1.5", "\"1\"", "null", "1e30", "[]") + "}"),
            () => Rejected("""{"ts":@ts,"temperature_c":""" + Pick("85.001", "-40.001", "-9999", "1e308") + ""","humidity_pct":105.001}"""),
            () => Rejected("""{"ts":@ts,"humidity_pct":""" + Pick("105.001", "-0.001", "4.5e15") + "}"),
            // Some of its values only.
            () => Partly("""{"ts":@ts,"temperature_c":""" + Pick("85.001", "-40.001", "-9999", "1e308") + ""","humidity_pct":@h}""", _sample with { Temperature = null }),
            () => Partly("""{"ts":@ts,"temperature_c":@t,"humidity_pct":""" + Pick("105.001", "-0.001", "4.5e15") + ""","co2_ppm":812.25}""", _sample with { Humidity = null, Co2 = 812.25 }),
            () => Rejected("""{"ts":""" + Pick("0", "-1", "1757537685", "946684799999", "1e19", "99999999999999") + ""","temperature_c":@t,"humidity_pct":@h}"""),
            () => Rejected(Padded(_random.Next(MaxPayloadBytes + 1, 20_000))),
            // Topics.
            WildTopic,
            () => Message("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}""", Fate.Rejected) with { Topic = SampleReading.Topic(_sample.Uid, "another-home") },
            () => Message("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}""", Fate.Ignored) with { Topic = Foreign() },
            () => Message("", Fate.Ignored) with { Retain = true },
            // Who knows.
            Mutated,
            () => Message("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"\ud800":0,"x":""" + Deep(_random.Next(50, 80)) + "}", Fate.Either),
        ];
    }

    /// <summary>The first messages: every device has its home from them.</summary>
    public IEnumerable<PoisonMessage> Introductions() => Enumerable.Range(0, Devices).Select(device =>
    {
        Advance(device);
        return Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}""");
    });

    /// <summary>The next message.</summary>
    public PoisonMessage Next()
    {
        Advance(_random.Next(Devices));
        return _kinds[_random.Next(_kinds.Length)]();
    }

    private void Advance(int device) => _sample = new(
        string.Create(CultureInfo.InvariantCulture, $"poison-{device}"),
        SampleReading.Ts + ++_count,
        _random.Next(-4_000, 8_500) / 100.0,
        _random.Next(0, 10_000) / 100.0);

    private PoisonMessage Stored(string payload) => Message(payload, Fate.Stored);

    private PoisonMessage Partly(string payload, in StoredReading left) => Message(payload, Fate.Partly) with { Sample = left };

    private PoisonMessage Rejected(string payload) => Message(payload, Fate.Rejected);

    private PoisonMessage Message(string payload, Fate fate) => new(SampleReading.Topic(_sample.Uid), Encoding.UTF8.GetBytes(Fill(payload)), fate, _sample);

    private string Fill(string payload) => payload
        .Replace("@ts", _sample.Ts.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@t", _sample.Temperature!.Value.ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@h", _sample.Humidity!.Value.ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private string Padded(int bytes)
    {
        var start = Fill("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"pad":" """);
        return start + new string('x', bytes - start.Length - 2) + "\"}";
    }

    private string Deep(int depth) => _random.Next(2) == 0
        ? new string('[', depth) + new string(']', depth)
        : string.Concat(Enumerable.Repeat("{\"x\":", depth)) + "0" + new string('}', depth);

    private PoisonMessage Truncated()
    {
        var whole = Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}""");
        return whole with { Payload = whole.Payload[.._random.Next(1, whole.Payload.Length)], Fate = Fate.Rejected };
    }

    private PoisonMessage InvalidUtf8()
    {
        var whole = Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h,"note":"??"}""");
        byte[][] wrong = [[0xC0, 0x80], [0xFF, 0xFE], [0xE2, 0x28], [0xED, 0xA0]];
        wrong[_random.Next(wrong.Length)].CopyTo(whole.Payload, whole.Payload.Length - 4);
        return whole with { Fate = Fate.Rejected };
    }

    private PoisonMessage RandomBytes()
    {
        var payload = new byte[_random.Next(1, 500)];
        _random.NextBytes(payload);
        return Rejected("") with { Payload = payload };
    }

    // Not its time: that would make it another reading's duplicate.
    private PoisonMessage Mutated()
    {
        var whole = Stored("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}""");
        var first = Fill("""{"ts":@ts,""").Length;
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            whole.Payload[_random.Next(first, whole.Payload.Length)] = (byte)_random.Next(256);
        }

        return whole with { Fate = Fate.Either };
    }

    // What the subscription matches and the rule of ids does not.
    private PoisonMessage WildTopic()
    {
        var id = Pick("", " ", ".", "..", "a b", "ü", "客厅", "🛋️", "%00", "$SYS", "'; DROP TABLE readings;--", "<script>", new string('a', 51), new string('b', 1_000), "\\", "a\u00A0");
        var message = Rejected("""{"ts":@ts,"temperature_c":@t,"humidity_pct":@h}""");
        return message with { Topic = _random.Next(2) == 0 ? SampleReading.Topic(id) : SampleReading.Topic("any", id) };
    }

    private string Foreign() => Pick(
        "home/h/sensors/d/readings", "home/h/sensors/d/reading/x", "Home/h/sensors/d/reading", "/home/h/sensors/d/reading", "home/h/sensors/reading", "reading", "a//b", "home/h/Sensors/d/reading");

    private string Pick(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];
}
