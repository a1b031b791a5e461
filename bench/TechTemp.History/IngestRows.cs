using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Ingest;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.History;

/// <summary>What rollups cost: to all of ingest, from a real broker to the disk, and to its writer alone.</summary>
internal static class IngestRows
{
    private const int Devices = 8;

    public static async Task MeasureAsync(Table table, int rounds, int readings)
    {
        var lines = Enumerable.Range(0, Devices).Select(_ => Lines(readings / Devices)).ToList();
        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            with.Add(await IngestAsync(lines, rollups: true));
            without.Add(await IngestAsync(lines, rollups: false));
        }

        Add(table, $"ingest of {readings:N0} readings over MQTT, eight connections, synchronous=FULL", readings, with, without);

        var batches = Site.Messages(20, Site.End - readings / 20 * Site.Step, Site.End).Chunk(500).ToList();
        (with, without) = ([], []);
        for (var round = 0; round < rounds; round++)
        {
            with.Add(Write(batches, rollups: true));
            without.Add(Write(batches, rollups: false));
        }

        Add(table, "its writer alone, batches of 500", readings, with, without);
    }

    private static void Add(Table table, string what, int readings, List<double> with, List<double> without)
    {
        var (on, off) = (Table.Median(with), Table.Median(without));
        table.Add($"{what}, with rollups", $"{readings / on * 1000:N0} readings/s", $"{readings / off * 1000:N0} without: {off / on:F2}");
    }

    private static async Task<double> IngestAsync(List<string> lines, bool rollups)
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Store:Path"] = folder.File("techtemp.db");
        builder.Configuration["Mqtt:Url"] = broker.Url;
        builder.AddStoreOwner();
        builder.AddMqttConnection(HealthStatus.Unhealthy);
        builder.AddIngestPipeline();
        builder.AddMqttIngest();
        using var host = builder.Build();
        host.Services.GetRequiredService<ReadingWriter>().WritesRollups = rollups;
        await host.StartAsync();
        await Eventually.TrueAsync(() => host.Services.GetRequiredService<MqttConnection>().IsConnected, "ingest is connected");

        var latest = host.Services.GetRequiredService<LatestQueries>();
        var last = Site.End - Site.Step;
        var milliseconds = await Table.TimeAsync(async () =>
        {
            await Task.WhenAll(lines.Select((text, device) => PublishAsync(broker.Client, Site.Uid(device), text)));
            // Each device's readings come in their order: where the last one is, all are.
            await Eventually.TrueAsync(() => latest.Read().Count(r => r.Ts == last) == lines.Count, "all readings are stored", TimeSpan.FromMinutes(2));
        });
        await host.StopAsync();
        return milliseconds;
    }

    private static async Task PublishAsync(MosquittoClient client, string device, string lines)
    {
        await using var publisher = client.StartPublishing(SampleReading.Topic(device));
        await publisher.PublishAsync(lines);
        await publisher.CompleteAsync();
    }

    private static string Lines(int readings)
    {
        var lines = new StringBuilder();
        for (var i = readings; i > 0; i--)
        {
            lines.AppendLine(CultureInfo.InvariantCulture, $$"""{"ts": {{Site.End - i * Site.Step}}, "temperature_c": {{20 + i % 500 / 100.0}}, "humidity_pct": {{50 + i % 900 / 100.0}}}""");
        }

        lines.Length--;
        return lines.ToString();
    }

    private static double Write(List<IncomingMessage[]> batches, bool rollups)
    {
        using var site = Site.Empty();
        using var writer = site.Writer(rollups);
        return Table.Time(() => batches.ForEach(b => writer.Write(b)));
    }
}
