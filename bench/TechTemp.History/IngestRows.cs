using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TechTemp.Data;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Ingest;
using TechTemp.Readings.Storage;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.History;

/// <summary>All of ingest, from a real broker to the disk, and its writer alone.</summary>
internal static class IngestRows
{
    private const int Devices = 8;

    public static async Task MeasureAsync(Table table, int rounds, int readings)
    {
        var lines = Enumerable.Range(0, Devices).Select(_ => Lines(readings / Devices)).ToList();
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            times.Add(await IngestAsync(lines));
        }

        Add(table, $"ingest of {readings:N0} readings over MQTT, eight connections, synchronous=FULL", readings, times);

        await WriterAsync(table, rounds, readings, () => Task.FromResult(Site.Empty()), [500]);
    }

    /// <summary>The writer alone, into a database that is new each time.</summary>
    public static Task MeasureOnServerAsync(PostgresProcess server, Table table, int rounds, int readings)
    {
        var databases = 0;
        return WriterAsync(
            table, rounds, readings, async () => Site.Empty(await server.CreateDatabaseAsync(string.Create(CultureInfo.InvariantCulture, $"writer{databases++}"))), [500, 5_000]);
    }

    private static async Task WriterAsync(Table table, int rounds, int readings, Func<Task<Site>> create, IReadOnlyList<int> sizes)
    {
        foreach (var size in sizes)
        {
            var batches = Site.Messages(20, Site.End - readings / 20 * Site.Step, Site.End).Chunk(size).ToList();
            var times = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                using var site = await create();
                times.Add(await WriteAsync(site, batches));
            }

            Add(table, $"its writer alone, batches of {size:N0}", readings, times);
        }
    }

    private static void Add(Table table, string what, int readings, List<double> times) =>
        table.Add(what, $"{readings / Table.Median(times) * 1000:N0} readings/s", "");

    private static async Task<double> IngestAsync(List<string> lines)
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Store:Path"] = folder.File("techtemp.db");
        builder.Configuration["Mqtt:Url"] = broker.Url;
        builder.AddStoreOwner(new SqliteProvider());
        builder.AddMqttConnection(HealthStatus.Unhealthy);
        builder.AddIngestPipeline();
        builder.AddMqttIngest();
        using var host = builder.Build();
        await host.StartAsync();
        await Eventually.TrueAsync(() => host.Services.GetRequiredService<MqttConnection>().IsConnected, "ingest is connected");

        var latest = host.Services.GetRequiredService<ILatestReadings>();
        var last = Site.End - Site.Step;
        var milliseconds = await Table.TimeAsync(async () =>
        {
            await Task.WhenAll(lines.Select((text, device) => PublishAsync(broker.Client, Site.Uid(device), text)));
            // Each device's readings come in their order: where the last one is, all are.
            await Eventually.TrueAsync(() => Site.Ended(latest.ReadAsync(LatestFilter.All, CancellationToken.None)).Count(r => r.Ts == last) == lines.Count, "all readings are stored", TimeSpan.FromMinutes(2));
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

    private static async Task<double> WriteAsync(Site site, List<IncomingMessage[]> batches)
    {
        using var writer = site.Writer();
        return await Table.TimeAsync(async () =>
        {
            foreach (var batch in batches)
            {
                await writer.WriteAsync(batch, CancellationToken.None);
            }
        });
    }
}
