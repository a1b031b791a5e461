using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using TechTemp.Api.Readings;

namespace TechTemp.Rules.Tests.Readings;

public sealed class JsonNumbersTests
{
    private static readonly JsonEncodedText s_name = JsonEncodedText.Encode("temperature");

    [Fact]
    public void Hundredths_are_written_as_every_number_is() =>
        Gen.Int[-1_500_000, 1_500_000].Sample(hundredths => Assert.Equal(Written(hundredths / 100.0, fast: false), Written(hundredths / 100.0, fast: true)));

    [Fact]
    public void Other_numbers_are_written_as_every_number_is() =>
        Gen.Double.Where(double.IsFinite).Sample(value => Assert.Equal(Written(value, fast: false), Written(value, fast: true)));

    [Theory]
    [InlineData(-0.0)]
    [InlineData(-0.05)]
    [InlineData(0.1 + 0.2)]
    [InlineData(21.02 + 0.3)]
    [InlineData(10_000.0)]
    [InlineData(10_000.01)]
    [InlineData(1e300)]
    public void So_are_the_odd_ones(double value) => Assert.Equal(Written(value, fast: false), Written(value, fast: true));

    private static string Written(double value, bool fast)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (fast)
        {
            json.WriteReading(s_name, value);
        }
        else
        {
            json.WriteNumber(s_name, value);
        }

        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
