using System.Text.Json.Nodes;

namespace TechTemp.Faults.Rows;

/// <summary>Devices whose clocks are wrong, and days on which clocks are strange.</summary>
internal static class Clocks
{
    private const string Zone = "Europe/Paris";
    private static readonly DateTimeOffset s_leapDay = new(2024, 2, 29, 0, 0, 0, TimeSpan.Zero);

    // In Paris: 23 and 25 hours long, from midnight to midnight there.
    private static readonly (DateTimeOffset Midnight, int Hours)[] s_changes =
        [(new(2025, 3, 29, 23, 0, 0, TimeSpan.Zero), 23), (new(2025, 10, 25, 22, 0, 0, TimeSpan.Zero), 25)];

    public static async Task RunAsync(FaultRun run)
    {
        await using var site = await Site.StartAsync(run);
        await using var api = await HostProcess.StartHealthyAsync("TechTemp.Api", site.Settings);
        await WrongAsync(run, site, api);
        await LeapDayAsync(run, site, api);
        foreach (var (midnight, hours) in s_changes)
        {
            await ChangeAsync(run, site, api, midnight, hours);
        }
    }

    /// <summary>Times from the whole range and beyond it, in any order: after each the newest that is valid and not of the future is the latest.</summary>
    private static async Task WrongAsync(FaultRun run, Site site, HostProcess api)
    {
        const string Device = "clock";
        var messages = run.Pick(full: 400, brief: 60);
        var now = TimeProvider.System.GetUtcNow();
        var latest = DateTimeOffset.MinValue;
        int stored = 0, rejected = 0, wrong = 0;
        await using var publisher = site.Broker.Client.StartPublishing(SampleReading.Topic(Device));
        for (var i = 0; i < messages; i++)
        {
            // The margins are wide enough for a slow run; the exact limits are TechTemp.Rules.Tests' matter.
            var (ts, valid) = run.Random.Next(6) switch
            {
                0 => (now.AddYears(-1) + TimeSpan.FromSeconds(i), true),
                1 => (now.AddHours(25) + TimeSpan.FromSeconds(i), false),
                2 => (now.AddHours(23) + TimeSpan.FromSeconds(i), true),
                3 => (new DateTimeOffset(1999, 12, 31, 0, 0, 0, TimeSpan.Zero) + TimeSpan.FromSeconds(i), false),
                4 => (new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero) + TimeSpan.FromSeconds(i), true),
                _ => (now - TimeSpan.FromSeconds(run.Random.Next(100_000) + (i / 1_000.0)), true),
            };
            await publisher.PublishAsync(SampleReading.Payload(ts.ToUnixTimeMilliseconds()));
            latest = valid && ts <= now && ts > latest ? ts : latest;
            stored += valid ? 1 : 0;
            rejected += valid ? 0 : 1;
            await Eventually.TrueAsync(() => site.Store.CountReadings() == stored && site.Store.CountRejected() == rejected, $"{stored} are stored and {rejected} rejected");
            if (latest > DateTimeOffset.MinValue)
            {
                var row = (await api.Http.DataAsync($"/api/v1/readings/latest?deviceId={Device}"))[0]!;
                wrong += (string?)row["ts"] == SampleReading.Text(latest.ToUnixTimeMilliseconds()) ? 0 : 1;
            }
        }

        run.Note($"{messages} wrong clocks: {stored} stored, {rejected} rejected, latest looked at after each");
        run.Promise(wrong == 0, $"latest was wrong {wrong} times.");
    }

    private static async Task LeapDayAsync(FaultRun run, Site site, HostProcess api)
    {
        const string Device = "leap";
        await HourlyAsync(site, Device, s_leapDay.AddDays(-1), hours: 3 * 24);
        var days = await DaysAsync(api, Device, "UTC", s_leapDay.AddDays(-1), s_leapDay.AddDays(2));
        run.Note($"the leap day with the days around it");
        run.Promise(
            days.SequenceEqual([(s_leapDay.AddDays(1), 24), (s_leapDay, 24), (s_leapDay.AddDays(-1), 24)]),
            $"The days around the leap day are {string.Join(", ", days)}");
    }

    private static async Task ChangeAsync(FaultRun run, Site site, HostProcess api, DateTimeOffset midnight, int hours)
    {
        var device = $"change-{hours}";
        await HourlyAsync(site, device, midnight, hours);
        var days = await DaysAsync(api, device, Zone, midnight, midnight.AddHours(hours));
        var latest = (string?)(await api.Http.DataAsync($"/api/v1/readings/latest?deviceId={device}"))[0]!["ts"];
        run.Note($"a day of {hours} hours");
        run.Promise(days.SequenceEqual([(midnight, hours)]), $"The day of {hours} hours is {string.Join(", ", days)}");
        run.Promise(latest == SampleReading.Text(midnight.AddHours(hours - 1).ToUnixTimeMilliseconds()), $"latest of the day of {hours} hours is {latest}");
    }

    private static async Task HourlyAsync(Site site, string device, DateTimeOffset start, int hours)
    {
        var before = site.Store.CountReadings();
        await using var publisher = site.Broker.Client.StartPublishing(SampleReading.Topic(device));
        for (var hour = 0; hour < hours; hour++)
        {
            await publisher.PublishAsync(SampleReading.Payload(start.AddHours(hour).ToUnixTimeMilliseconds()));
        }

        await publisher.CompleteAsync();
        await Eventually.TrueAsync(() => site.Store.CountReadings() == before + hours, $"{hours} are stored");
    }

    private static async Task<List<(DateTimeOffset Start, int Count)>> DaysAsync(HostProcess api, string device, string zone, DateTimeOffset from, DateTimeOffset to)
    {
        var path = $"/api/v1/devices/{device}/readings?bucket=day&tz={zone}&from={SampleReading.Text(from.ToUnixTimeMilliseconds())}&to={SampleReading.Text(to.ToUnixTimeMilliseconds() - 1)}";
        return [.. (await api.Http.DataAsync(path)).AsArray().Select(bucket => (Start(bucket!), (int)bucket!["count"]!))];
    }

    private static DateTimeOffset Start(JsonNode bucket) =>
        DateTimeOffset.Parse((string)bucket["ts"]!, System.Globalization.CultureInfo.InvariantCulture);
}
