using System.Text;
using System.Text.Json;
using CsCheck;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingPayloadPropertyTests
{
    private const long Now = ReadingPayloadTests.Now;

    private static readonly Gen<byte[]> s_valid =
        Gen.Select(Gen.Long[ReadingRules.MinTs, Now], Gen.Double[-40, 85], Gen.Double[0, 100], Messages.Payload).Select(Encoding.UTF8.GetBytes);

    [Fact]
    public void Random_bytes_are_judged_without_an_exception() =>
        Gen.Byte.Array[0, 300].Sample(payload => { Judge(payload); }, iter: 30_000);

    [Fact]
    public void Random_text_of_JSONs_own_characters_is_judged_without_an_exception() =>
        Gen.String[Gen.Char["{}[]\":,.-+eE0123456789 \\untrfalsepc_h"], 0, 80].Sample(payload => { Judge(Encoding.UTF8.GetBytes("{\"ts\"" + payload)); }, iter: 30_000);

    [Fact]
    public void A_valid_payload_with_random_damage_is_judged_without_an_exception() =>
        Gen.Select(s_valid, Gen.Select(Gen.Int[0, 200], Gen.Int[0, 3], Gen.Byte.Array[0, 4]).Array[1, 4]).Sample(
            (payload, damages) =>
            {
                foreach (var (at, length, bytes) in damages)
                {
                    var start = Math.Min(at, payload.Length);
                    payload = [.. payload[..start], .. bytes, .. payload[Math.Min(start + length, payload.Length)..]];
                }

                Judge(payload);
            },
            iter: 30_000);

    [Fact]
    public void Nesting_as_deep_as_a_payload_can_be_is_judged_without_an_exception() =>
        Gen.Select(Gen.Int[1, 4_000], Gen.OneOf("[", "{\"a\":")).Sample(
            (depth, open) => { Judge(Encoding.UTF8.GetBytes("{\"x\":" + string.Concat(Enumerable.Repeat(open, depth)))); }, iter: 300);

    [Fact]
    public void Every_number_is_taken_over_unrounded() =>
        Gen.Select(Gen.Long[ReadingRules.MinTs, Now], Gen.Double[-40, 85], Gen.Double[0, 100]).Sample(
            (ts, temperature, humidity) =>
            {
                Assert.Null(ReadingPayload.Parse(Encoding.UTF8.GetBytes(Messages.Payload(ts, temperature, humidity)), Now, out var content));
                Assert.Equal(new(ts, temperature, humidity), content.Measurement);
            },
            iter: 10_000);

    /// <summary>Accepts nothing that breaks a rule or that another parser does not take for JSON.</summary>
    private static void Judge(byte[] payload)
    {
        if (ReadingPayload.Parse(payload, Now, out var content) is null)
        {
            var measurement = content.Measurement;
            Assert.Null(ReadingRules.Check(ref measurement, Now, FieldNames.Mqtt, out var ofValues));
            Assert.Null(ofValues);
            Assert.False(measurement.Values.IsEmpty);
            using var document = JsonDocument.Parse(payload);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }
}
