namespace TechTemp.Integration.Tests.Http;

/// <summary>The routes of /api/v1/devices/{uid}/calibrations, and what they do to answers.</summary>
public sealed class CalibrationsTests(SharedStacks stacks) : ApiTest(stacks)
{
    private string Path => $"{DevicePath}/calibrations";

    [Fact]
    public async Task They_are_written_as_a_whole_and_read_newest_first()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        Assert.Equal("""{"data":[]}""", (await Http.GetAsync(Path)).Body);

        var written = await Http.PutAsync(
            Path, """{"calibrations":[{"from":"2000-01-01","temperature_offset":0,"humidity_offset":-50},{"from":"2025-09-10T22:00:00.1239+02:00","temperature_offset":-0.4,"humidity_offset":2}]}""");
        Assert.Equal(200, written.Status);
        Assert.Equal($"Device {Device} has 2 calibrations.", (string?)written.Json["message"]);
        const string Expected =
            """[{"from":"2025-09-10T20:00:00.123Z","temperature_offset":-0.4,"humidity_offset":2},{"from":"2000-01-01T00:00:00.000Z","temperature_offset":0,"humidity_offset":-50}]""";
        Assert.Equal(Expected, written.Data.ToJsonString());
        Assert.Equal(Expected, (await Http.DataAsync(Path)).ToJsonString());

        Assert.Equal(200, (await Http.PutAsync(Path, """{"calibrations":[]}""")).Status);
        Assert.Equal("""{"data":[]}""", (await Http.GetAsync(Path)).Body);
    }

    [Fact]
    public async Task Latest_is_calibrated_unless_raw_values_are_asked_for()
    {
        await StoreAsync("2025-09-10T20:00:00Z", 21.5, 99);
        await PutAsync(("2025-09-10T20:00:00Z", -0.25, 2.5), ("2025-09-10T20:00:00.001Z", 9, 9), ("2025-01-01", 5, 5));
        var latest = $"/api/v1/readings/latest?deviceId={Device}";

        Assert.Equal((21.25, 100), await ValuesAsync(latest));
        Assert.Equal((21.25, 100), await ValuesAsync(latest + "&calibrated=true"));
        Assert.Equal((21.5, 99), await ValuesAsync(latest + "&calibrated=false"));
        AssertProblem(await Http.GetAsync(latest + "&calibrated=maybe"), 400, "calibrated");

        await PutAsync();
        Assert.Equal((21.5, 99), await ValuesAsync(latest));
    }

    [Theory]
    [InlineData("{}", "calibrations", "is required")]
    [InlineData("""{"calibrations":null}""", "calibrations", "is required")]
    [InlineData("""{"calibrations":[null]}""", "calibrations[0]", "must not be null")]
    [InlineData("""{"calibrations":{}}""", "calibrations", "is of the wrong type")]
    [InlineData("""{"calibrations":[$1,{"from":"2025-13-01","temperature_offset":1,"humidity_offset":1}]}""", "calibrations[1].from", "ISO 8601")]
    [InlineData("""{"calibrations":[$1,$2,{"temperature_offset":1,"humidity_offset":1}]}""", "calibrations[2].from", "is required")]
    [InlineData("""{"calibrations":[{"from":"1999-12-31T23:59:59.999Z","temperature_offset":1,"humidity_offset":1}]}""", "calibrations[0].from", "2000-01-01")]
    [InlineData("""{"calibrations":[$1,{"from":"2025-09-10T22:00:00.0009+02:00","temperature_offset":1,"humidity_offset":1}]}""", "calibrations[1].from", "that of calibrations[0]")]
    [InlineData("""{"calibrations":[{"from":"2025-09-10","temperature_offset":20.01,"humidity_offset":1}]}""", "calibrations[0].temperature_offset", "from -20 to 20")]
    [InlineData("""{"calibrations":[{"from":"2025-09-10","temperature_offset":-1e999,"humidity_offset":1}]}""", "calibrations[0].temperature_offset", "from -20 to 20")]
    [InlineData("""{"calibrations":[{"from":"2025-09-10","temperature_offset":"warm","humidity_offset":1}]}""", "calibrations[0].temperature_offset", "is of the wrong type")]
    [InlineData("""{"calibrations":[{"from":"2025-09-10","temperature_offset":1,"humidity_offset":-50.5}]}""", "calibrations[0].humidity_offset", "from -50 to 50")]
    [InlineData("""{"calibrations":[{"from":"2025-09-10","temperature_offset":null,"humidity_offset":null}]}""", "calibrations[0]", "must have an offset")]
    public async Task What_is_wrong_is_told_by_field_and_changes_nothing(string body, string field, string rule)
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        await PutAsync(("2025-01-01", 1, 1));
        var before = (await Http.GetAsync(Path)).Body;

        body = body.Replace("$1", Valid("2025-09-10T20:00:00Z"), StringComparison.Ordinal).Replace("$2", Valid("2025-09-11"), StringComparison.Ordinal);
        var answer = await Http.PutAsync(Path, body);

        AssertProblem(answer, 400, field);
        Assert.Contains(rule, (string?)answer.Json["errors"]![field]![0], StringComparison.Ordinal);
        Assert.Equal(before, (await Http.GetAsync(Path)).Body);
    }

    [Fact]
    public async Task A_device_may_have_a_thousand()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        var many = Enumerable.Range(0, 1_001).Select(i => (SampleReading.Text(SampleReading.Ts + i), 1.0, 1.0)).ToArray();

        AssertProblem(await Http.PutAsync(Path, Body(many)), 400, "calibrations");
        Assert.Equal(200, (await Http.PutAsync(Path, Body(many[1..]))).Status);
        Assert.Equal(1_000, (await Http.DataAsync(Path)).AsArray().Count);
    }

    [Fact]
    public async Task An_unknown_device_is_404()
    {
        AssertProblem(await Http.GetAsync(Path), 404);
        AssertProblem(await Http.PutAsync(Path, Body(("2025-09-10", 1, 1))), 404);
    }

    private static string Valid(string from) => $$"""{"from":"{{from}}","temperature_offset":1,"humidity_offset":1}""";

    private static object Body(params (string From, double Temperature, double Humidity)[] calibrations) =>
        new { calibrations = calibrations.Select(c => new { from = c.From, temperature_offset = c.Temperature, humidity_offset = c.Humidity }) };

    private async Task PutAsync(params (string From, double Temperature, double Humidity)[] calibrations) =>
        Assert.Equal(200, (await Http.PutAsync(Path, Body(calibrations))).Status);

    private async Task<(double Temperature, double Humidity)> ValuesAsync(string path)
    {
        var row = Assert.Single((await Http.DataAsync(path)).AsArray())!;
        return ((double)row["temperature"]!, (double)row["humidity"]!);
    }
}
