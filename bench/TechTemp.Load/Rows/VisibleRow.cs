using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TechTemp.Load.Clients;

namespace TechTemp.Load.Rows;

/// <summary>
/// A thousand readings a second from twenty devices, while somebody draws year charts without a pause: the time from the publish
/// of each until an answer to <c>latest</c> shows it or a later one of its device.
/// </summary>
internal static class VisibleRow
{
    private const int Rate = 1_000;
    private const int WarmUp = 1_000;
    private static readonly TimeSpan s_askEvery = TimeSpan.FromMilliseconds(2);

    public static async Task MeasureAsync(LoadRun run)
    {
        await using var site = await YearSite.StartAsync(run);
        var readings = WarmUp + (run.Options.IsShort ? 500 : 10_000);
        // After what is there, and not ahead of the clock.
        var first = Math.Max(Site.End, TimeProvider.System.GetUtcNow().AddHours(-12).ToUnixTimeMilliseconds());
        var (halves, tails) = (new List<double>(), new List<double>());
        var charts = 0L;
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var drawing = HttpLoad.AskAsync(site.Port, HotRoutes.YearChart, stop.Token);
            var times = await TimesAsync(site, first + round * readings, readings);
            await stop.CancelAsync();
            charts += (await drawing).Requests;
            var (half, tail) = (times[times.Count / 2], times[times.Count * 99 / 100]);
            LoadRun.Tell($"visible after {half:F1} ms, 99 % after {tail:F1} ms");
            halves.Add(half);
            tails.Add(tail);
        }

        run.Table.Add(
            $"publish to visible over HTTP at {Rate:N0}/s, while year charts are drawn",
            $"p50 {Table.Median(halves):F1} ms",
            $"p99 {Table.Median(tails):F1} ms; {charts / (run.Options.Rounds * readings / (double)Rate):F0} charts/s");
    }

    private static async Task<IReadOnlyList<double>> TimesAsync(YearSite site, long first, int readings)
    {
        using var publisher = new MqttPublisher();
        for (var i = 0; i < readings; i++)
        {
            publisher.Add(SampleReading.Topic(Site.Uid(i % LoadRun.Devices)), SampleReading.Payload(first + i));
        }

        await publisher.ConnectAsync(site.Broker.Port);
        var sent = new long[readings];
        var publishing = PublishAsync(publisher, sent);
        var seen = await WatchAsync(site.Port, first, readings);
        await publishing;
        return [.. Enumerable.Range(WarmUp, readings - WarmUp).Select(i => Stopwatch.GetElapsedTime(sent[i], seen[i]).TotalMilliseconds).Order()];
    }

    private static async Task PublishAsync(MqttPublisher publisher, long[] sent)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var start = Stopwatch.GetTimestamp();
        while (publisher.Sent < sent.Length && await timer.WaitForNextTickAsync())
        {
            var due = Math.Min(sent.Length, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * Rate));
            sent.AsSpan(publisher.Sent, due - publisher.Sent).Fill(Stopwatch.GetTimestamp());
            await publisher.SendAsync(due);
        }
    }

    /// <summary>When each reading was first in an answer; of a device the newest shows that those before it are stored.</summary>
    private static async Task<long[]> WatchAsync(int port, long first, int readings)
    {
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new($"http://127.0.0.1:{port}") };
        using var timer = new PeriodicTimer(s_askEvery);
        var seen = new long[readings];
        var next = Enumerable.Range(0, LoadRun.Devices).ToArray();
        var start = Stopwatch.GetTimestamp();
        while (next.Any(i => i < readings))
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(2))
            {
                throw new TimeoutException("Not every reading was seen.");
            }

            await timer.WaitForNextTickAsync();
            using var answer = JsonDocument.Parse(await client.GetByteArrayAsync(HotRoutes.Latest));
            var now = Stopwatch.GetTimestamp();
            foreach (var reading in answer.RootElement.GetProperty("data").EnumerateArray())
            {
                var device = int.Parse(reading.GetProperty("device_id").GetString()!.Split('-')[1], CultureInfo.InvariantCulture);
                var newest = reading.GetProperty("ts").GetDateTimeOffset().ToUnixTimeMilliseconds() - first;
                for (; next[device] <= newest && next[device] < readings; next[device] += LoadRun.Devices)
                {
                    seen[next[device]] = now;
                }
            }
        }

        return seen;
    }
}
