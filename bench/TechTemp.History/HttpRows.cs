using System.Diagnostics;

namespace TechTemp.History;

/// <summary>Questions to a real API process over a real port.</summary>
internal static class HttpRows
{
    public static async Task MeasureAsync(Site site, Table table)
    {
        await using var api = await HostProcess.StartHealthyAsync(
            "TechTemp.Api", [new("DB_PATH", site.Path), new("MQTT_URL", $"mqtt://127.0.0.1:{FreePort.Next()}"), new("LOG_LEVEL", "Warning")]);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new($"http://127.0.0.1:{api.Settings["HTTP_PORT"]}"), Timeout = TimeSpan.FromMinutes(5) };
        await ReadingsAsync(client, table);
        await ExportAsync(client, api, site, table);
        await HealthAsync(client, table);
    }

    private static async Task ReadingsAsync(HttpClient client, Table table)
    {
        var times = new List<double>();
        long bytes = 0;
        for (var run = 0; run < 25; run++)
        {
            var start = Stopwatch.GetTimestamp();
            bytes = (await client.GetByteArrayAsync($"/api/v1/devices/{Site.Uid(5)}/readings?limit=10000")).Length;
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        var median = Table.Median(times);
        table.Add("10,000 single readings as JSON over HTTP", $"{median:F1} ms", $"{bytes / median / 1000:F0} MB/s");
    }

    private static async Task ExportAsync(HttpClient client, HostProcess api, Site site, Table table)
    {
        var before = api.MemoryMiB;
        var most = before;
        long rows = 0;
        var start = Stopwatch.GetTimestamp();
        for (var device = 0; device < 20; device++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/devices/{Site.Uid(device)}/readings");
            request.Headers.Accept.ParseAdd("text/csv");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[64 * 1024];
            for (int read; (read = await body.ReadAsync(buffer)) > 0;)
            {
                rows += buffer.AsSpan(0, read).Count((byte)'\n');
            }

            most = Math.Max(most, api.MemoryMiB);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        table.Add($"export of {site.Readings:N0} readings as CSV over HTTP", $"{rows / seconds:N0} rows/s", $"memory of the API {before:F0} MiB before, {most:F0} MiB at most");
    }

    private static async Task HealthAsync(HttpClient client, Table table)
    {
        var idle = await LatencyAsync(client, 200);
        using var stop = new CancellationTokenSource();
        var charts = Enumerable.Range(0, 4).Select(chart => DrawAsync(client, chart, stop.Token)).ToList();
        var busy = await LatencyAsync(client, 200);
        await stop.CancelAsync();
        var drawn = (await Task.WhenAll(charts)).Sum();
        table.Add("/health while four clients draw year charts", $"{busy:F2} ms", $"{idle:F2} ms idle: {busy / idle:F1} times; {drawn} charts meanwhile");
    }

    private static async Task<int> DrawAsync(HttpClient client, int chart, CancellationToken stop)
    {
        var drawn = 0;
        while (!stop.IsCancellationRequested)
        {
            await client.GetByteArrayAsync($"/api/v1/devices/{Site.Uid(chart)}/readings?bucket=day&tz=Europe/Brussels", CancellationToken.None);
            drawn++;
        }

        return drawn;
    }

    private static async Task<double> LatencyAsync(HttpClient client, int requests)
    {
        var times = new List<double>();
        for (var i = 0; i < requests; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await client.GetByteArrayAsync("/health");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Table.Median(times);
    }
}
