using System.Text.Json.Nodes;
using TechTemp.AppHost.Development;

namespace TechTemp.AppHost.Tests;

/// <summary>The model with <c>--store postgres</c> run for real, where Aspire's orchestrator and a container engine are.</summary>
[Collection(nameof(RunningModel))]
public sealed class PostgresRunTests(RunningPostgresModel running) : IClassFixture<RunningPostgresModel>
{
    private const int Homes = 30;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Readings_of_many_homes_that_go_in_come_out_once()
    {
        var application = await running.ApplicationAsync();
        // Enough for every worker to have some.
        var devices = Enumerable.Range(1, Homes).Select(number => ($"home-{number}", $"device-{number}")).ToList();
        await TestSensors.PublishAsync(application, "sensors", "21.5", devices);
        using var api = application.CreateHttpClient(ResourceNames.Api);
        await Eventually.TrueAsync(
            async () => (await DataAsync(api, "readings/latest")).Count(reading =>
                reading!["device_id"]!.GetValue<string>().StartsWith("device-", StringComparison.Ordinal) && reading["temperature"]!.GetValue<double>() == 21.5) == Homes,
            "the API shows a reading of every home", s_deadline);
        foreach (var (_, device) in devices)
        {
            Assert.Single(await DataAsync(api, $"devices/{device}/readings"));
        }
    }

    [Fact]
    public async Task The_database_is_in_a_container_with_a_volume_of_its_own()
    {
        await running.ApplicationAsync();
        Assert.Single(await RunningModel.EngineAsync("ps", "--quiet", "--filter", $"volume={LocalData.VolumeName(running.DataFolder, ResourceNames.PostgresData)}"));
        Assert.Empty(Directory.GetFiles(running.DataFolder));
    }

    private static async Task<JsonArray> DataAsync(HttpClient api, string path) =>
        JsonNode.Parse(await api.GetStringAsync(new Uri($"/api/v1/{path}", UriKind.Relative), TestContext.Current.CancellationToken))!["data"]!.AsArray();
}
