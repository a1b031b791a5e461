using System.Diagnostics;

namespace TechTemp.Load.Rows;

/// <summary>From the start of a published host's process to its first healthy answer, over a store that is there already.</summary>
internal static class StartRows
{
    private static readonly TimeSpan s_askEvery = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    public static async Task MeasureAsync(LoadRun run)
    {
        var hosts = await run.PublishedAsync();
        var year = await run.YearAsync();
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        KeyValuePair<string, string>[] settings = [new("DB_PATH", year.Path), new("MQTT_URL", broker.Url), new("LOG_LEVEL", "Warning")];
        var times = new Dictionary<string, List<double>>();
        // In turn; the first round brings the files into the kernel's cache.
        for (var round = -1; round < run.Options.Rounds; round++)
        {
            foreach (var host in new[] { PublishedHosts.Ingest, PublishedHosts.Api, PublishedHosts.Standalone })
            {
                var all = host == PublishedHosts.Standalone ? MemoryRows.StandaloneSettings(year.Path, FreePort.Next(), FreePort.Next()) : settings;
                var time = await StartAsync(hosts.Program(host), all);
                if (round >= 0)
                {
                    (times.TryGetValue(host, out var list) ? list : times[host] = []).Add(time);
                }
            }
        }

        foreach (var (host, list) in times)
        {
            run.Table.Add($"start of {host}, published, to its first healthy answer", $"{Table.Median(list) / 1000:F2} s", $"{list.Min() / 1000:F2} to {list.Max() / 1000:F2} s");
        }
    }

    private static async Task<double> StartAsync(string program, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var start = Stopwatch.GetTimestamp();
        await using var host = HostProcess.Start(program, settings);
        await Eventually.ResultAsync(
            async () => host.HasExited ? throw new InvalidOperationException(host.Error) : (await host.Http.TryGetAsync("/health"))?.Status,
            status => status == 200,
            $"{program} is healthy",
            s_deadline,
            interval: s_askEvery);
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await host.StopAsync();
        return time;
    }
}
