using System.Globalization;
using TechTemp.Load.Clients;

namespace TechTemp.Load.Rows;

/// <summary>
/// Memory of the published hosts that have done a little of everything, a thousand readings and each hot route, and then had
/// nothing to do for a while. What processes share (the runtime's own files) is divided among them in the proportional figure.
/// </summary>
internal static class MemoryRows
{
    public static async Task MeasureAsync(LoadRun run)
    {
        var hosts = await run.PublishedAsync();
        var idle = TimeSpan.FromSeconds(run.Options.IsShort ? 1 : 30);
        await using (var site = await YearSite.StartAsync(run, hosts.Program))
        {
            await UseAsync(site.Broker.Port, site.Port, ahead: 1);
            await Task.Delay(idle);
            var (ingest, api) = (new ProcessFigures(site.Ingest.Id), new ProcessFigures(site.Api.Id));
            run.Table.Add("idle memory of ingest and API together", $"{ingest.Resident + api.Resident:F0} MB", $"proportional {ingest.Proportional + api.Proportional:F0} MB");
            run.Table.Add("idle memory of ingest", $"{ingest.Resident:F0} MB", Others(ingest));
            run.Table.Add("idle memory of the API", $"{api.Resident:F0} MB", Others(api));
        }

        var (http, mqtt) = (FreePort.Next(), FreePort.Next());
        await using var standalone = await HostProcess.StartHealthyAsync(hosts.Program(PublishedHosts.Standalone), StandaloneSettings((await run.YearAsync()).Path, http, mqtt));
        await UseAsync(mqtt, http, ahead: 2);
        await Task.Delay(idle);
        var figures = new ProcessFigures(standalone.Id);
        run.Table.Add("idle memory of Standalone", $"{figures.Resident:F0} MB", Others(figures));
    }

    /// <summary>Standalone's settings.</summary>
    public static KeyValuePair<string, string>[] StandaloneSettings(string store, int http, int mqtt) =>
        [new("DB_PATH", store), new("HTTP_PORT", Text(http)), new("MQTT_PORT", Text(mqtt)), new("LOG_LEVEL", "Warning")];

    private static string Others(ProcessFigures figures) => $"proportional {figures.Proportional:F0} MB, at most {figures.Peak:F0} MB";

    // Readings of a year's end: of an hour that no other row writes to.
    private static async Task UseAsync(int mqtt, int http, int ahead)
    {
        using var publisher = new MqttPublisher();
        for (var i = 0; i < 1_000; i++)
        {
            publisher.Add(SampleReading.Topic(Site.Uid(i % LoadRun.Devices)), SampleReading.Payload(Site.End + ahead * 3_600_000L + i));
        }

        await publisher.ConnectAsync(mqtt);
        await publisher.PublishAsync();
        foreach (var (_, path) in HotRoutes.All)
        {
            using var connection = new HttpConnection(http, path);
            for (var i = 0; i < 20; i++)
            {
                connection.Ask();
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
