using System.Text.Json;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>Answers with whatever quantities there are.</summary>
public sealed class MeasuredTests
{
    private static readonly DateTimeOffset s_ts = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_newest_reading_has_the_values_that_were_measured_and_no_others()
    {
        var reading = Read<LatestReading>(
            """{"device_id":"2026-03-01","room_id":null,"ts":"2026-03-01T12:00:00.000Z","temperature":null,"humidity":0,"co2":812,"battery":17.5,"traceparent":"00-1","more":{"co2":1,"list":[2]},"late":true}""");

        Assert.Equal(("2026-03-01", null, s_ts), (reading.DeviceId, reading.RoomId, reading.Ts));
        Assert.Equal((null, 0.0), (reading.Temperature, reading.Humidity));
        Assert.Equal(["humidity", "co2", "battery"], reading.Values.Names);
        Assert.Equal((812.0, 17.5, null), (reading.Values["co2"], reading.Values["battery"], reading.Values["pressure"]));
    }

    [Fact]
    public void Readings_are_equal_when_all_of_their_values_are()
    {
        const string Json = """{"device_id":"s1","room_id":"r","ts":"2026-03-01T12:00:00.000Z","temperature":20.5,"humidity":40,"co2":812}""";

        Assert.Equal(Read<LatestReading>(Json), Read<LatestReading>(Json));
        Assert.Equal(Read<LatestReading>(Json).GetHashCode(), Read<LatestReading>(Json).GetHashCode());
        Assert.NotEqual(Read<LatestReading>(Json), Read<LatestReading>(Json.Replace("812", "813", StringComparison.Ordinal)));
        Assert.NotEqual(Read<LatestReading>(Json), Read<LatestReading>(Json.Replace(",\"co2\":812", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_bucket_has_means_with_their_least_and_greatest_values()
    {
        var bucket = Read<Bucket>("""{"ts":"2026-03-01T12:00:00.000Z","temperature":null,"temperature_min":null,"temperature_max":null,"co2":900.5,"co2_min":800,"co2_max":1000,"count":12}""");

        Assert.Equal((s_ts, 12L), (bucket.Ts, bucket.Count));
        Assert.Equal((null, 900.5, 800.0, 1000.0), (bucket.Values["temperature"], bucket.Values["co2"], bucket.Values[Answers.Co2.MinKey], bucket.Values[Answers.Co2.MaxKey]));
        Assert.Null(bucket.Values["count"]);
    }

    [Fact]
    public void A_reading_of_a_room_names_its_device() =>
        Assert.Equal(
            new RawReading(s_ts, Answers.Values(20, null), "s1"),
            Read<RawReading>("""{"ts":"2026-03-01T12:00:00.000Z","device_id":"s1","temperature":20,"humidity":null,"co2":null,"source":"mqtt"}"""));

    [Fact]
    public void A_calibration_has_an_offset_of_any_quantity()
    {
        var calibration = Read<Calibration>("""{"from":"2026-03-01T12:00:00.000Z","temperature_offset":-0.4,"humidity_offset":0,"co2_offset":-30}""");

        Assert.Equal((s_ts, -0.4, 0.0, -30.0), (calibration.From, calibration.Offsets["temperature_offset"], calibration.Offsets["humidity_offset"], calibration.Offsets["co2_offset"]));
    }

    [Theory]
    [InlineData("""["device_id"]""")]
    [InlineData("""{"ts":"2026-03-01T12:00:00.000Z","temperature":20}""")]
    [InlineData("""{"device_id":"s1","ts":"yesterday"}""")]
    public void What_is_no_reading_is_refused(string json) => Assert.Throws<JsonException>(() => Read<LatestReading>(json));

    [Fact]
    public void A_quantity_has_a_name_in_each_language_and_its_key_without_any()
    {
        Assert.Equal(("Pressure", "Pression", "Pressure"), (Answers.Pressure.NameIn("en"), Answers.Pressure.NameIn("fr"), Answers.Pressure.NameIn("nl")));
        Assert.Equal("pressure", (Answers.Pressure with { Names = new Dictionary<string, string>() }).NameIn("en"));
    }

    [Fact]
    public async Task An_answer_that_comes_in_parts_is_read_to_its_end()
    {
        const string Row = """{"ts":"2026-03-01T12:00:00.000Z","more":[1,{"a":null}],"temperature":20.25,"humidity":null,"co2":812,"co2_min":800,"co2_max":null,"count":3}""";
        using var answer = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(Row, 5_000))}]"));

        var buckets = await JsonSerializer.DeserializeAsync<IReadOnlyList<Bucket>>(answer, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(5_000, buckets!.Count);
        Assert.All(buckets, bucket => Assert.Equal(buckets[0], bucket));
        Assert.Equal(["temperature", "co2", "co2_min"], buckets[0].Values.Names);
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json)!;
}
