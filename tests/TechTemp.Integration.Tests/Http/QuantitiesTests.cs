using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Http;

/// <summary>Readings of other quantities than temperature and humidity.</summary>
public sealed class QuantitiesTests(SharedStacks stacks) : ApiTest(stacks)
{
    [Fact]
    public async Task What_can_be_measured_is_listed_with_units_ranges_and_names()
    {
        var quantities = (await Http.DataAsync("/api/v1/quantities")).AsArray();
        Assert.Equal(
            ["temperature_c", "humidity_pct", "pressure_hpa", "co2_ppm", "pm25_ugm3", "voc_index", "illuminance_lx", "battery_pct", "battery_v", "signal_dbm"],
            quantities.Select(q => (string?)q!["payload_key"]));
        Assert.Equal(
            """{"key":"humidity","payload_key":"humidity_pct","unit":"%","min":0,"max":105,"decimals":0,"names":{"en":"Humidity","fr":"Humidité"}}""",
            JsonNode.Parse(quantities[1]!.ToJsonString())!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task They_stand_beside_temperature_and_humidity_in_every_answer()
    {
        await StoreAsync();
        Assert.Equal(
            $$"""[{"device_id":"{{Device}}","room_id":null,"ts":"2025-09-10T20:05:00.000Z","temperature":null,"humidity":null,"co2":900}]""",
            (await Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}")).ToJsonString());
        Assert.Equal(
            """[{"ts":"2025-09-10T20:05:00.000Z","temperature":null,"humidity":null,"co2":900,"source":"http"},{"ts":"2025-09-10T20:00:00.000Z","temperature":21,"humidity":100,"co2":800,"source":"http"}]""",
            (await Http.DataAsync(ReadingsPath)).ToJsonString());
        Assert.Equal(
            """[{"ts":"2025-09-10T20:00:00.000Z","temperature":21,"temperature_min":21,"temperature_max":21,"humidity":100,"humidity_min":100,"humidity_max":100,"co2":850,"co2_min":800,"co2_max":900,"count":2}]""",
            (await Http.DataAsync(ReadingsPath + "?bucket=hour")).ToJsonString());
        Assert.Equal(103, (double)(await Http.DataAsync(ReadingsPath + "?calibrated=false"))[1]!["humidity"]!);
    }

    [Fact]
    public async Task A_query_selects_some_of_them()
    {
        await StoreAsync();
        Assert.Equal(
            """[{"ts":"2025-09-10T20:05:00.000Z","pressure":null,"co2":900,"source":"http"}]""",
            (await Http.DataAsync(ReadingsPath + "?limit=1&quantities=co2,pressure")).ToJsonString());
        AssertProblem(await Http.GetAsync(ReadingsPath + "?quantities=co2,smell"), 400, "quantities");
        AssertProblem(await Http.GetAsync(ReadingsPath + "?quantities="), 400, "quantities");
    }

    [Fact]
    public async Task Each_can_be_calibrated()
    {
        await StoreAsync();
        var path = $"{DevicePath}/calibrations";
        var answer = await Http.PutAsync(path, new { calibrations = new[] { new { from = "2000-01-01", co2_offset = -50 } } });
        Assert.Equal("""[{"from":"2000-01-01T00:00:00.000Z","temperature_offset":0,"humidity_offset":0,"co2_offset":-50}]""", answer.Data.ToJsonString());
        Assert.Equal(answer.Data.ToJsonString(), (await Http.DataAsync(path)).ToJsonString());
        Assert.Equal([850, 750], (await Http.DataAsync(ReadingsPath)).AsArray().Select(r => (int)r!["co2"]!));
        AssertProblem(
            await Http.PutAsync(path, """{"calibrations":[{"from":"2000-01-01","co2_offset":-1001},{"from":"2001-01-01","co2_offset":"x"},{"from":"2002-01-01","smell_offset":1}]}"""),
            400, "calibrations[0].co2_offset", "calibrations[1].co2_offset", "calibrations[2]");
    }

    private Task<Answer> StoreAsync() => Http.PostAsync("/api/v1/readings", new object[]
    {
        new { device_uid = Device, ts = "2025-09-10T20:00:00Z", temperature = 21, humidity = 103, co2 = 800 },
        new { device_uid = Device, ts = "2025-09-10T20:05:00Z", co2 = 900 },
    });
}
