using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Tests.Delivery;

/// <summary>Broker and server go away, and forget.</summary>
public sealed class AwayTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_broker_that_is_away_for_an_hour_gets_the_hour_afterwards()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2));
        await stack.Broker.StopAsync();
        await using var device = new DeviceRun(DeviceRun.Device("s1", s_minute), new() { Url = stack.Broker.Url }, folder.Path, time);
        for (var minute = 0; minute < 60; minute++)
        {
            await TakeAsync(device, time);
        }

        Assert.InRange(device.Spool.Count, 60, 90);
        await stack.Broker.StartAsync();
        await PassUntilAsync(() => device.Spool.Count == 0, "everything is acknowledged", time);

        await SpoolFiles.StoredAsync(stack.Http, "s1", SpoolFiles.Read(folder.Path));
        // One line for the hour, not one a try.
        Assert.Single(device.Log.Lines, l => l.Contains("cannot connect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_forgot_everything_gets_all_that_is_kept()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2));
        await using var device = new DeviceRun(DeviceRun.Device("s1", s_minute), new() { Url = stack.Broker.Url }, folder.Path, time);
        await TakeAsync(device, time);
        await PassUntilAsync(() => device.Spool.Count == 0, "the first reading is acknowledged", time);

        await stack.Ingest.StopAsync();
        for (var minute = 0; minute < 20; minute++)
        {
            await TakeAsync(device, time);
        }

        // The broker has taken them; then it, its states and the store are lost.
        await stack.Broker.StopAsync();
        stack.Broker.Forget();
        var kept = device.Spool.Read(0, 1000);
        Assert.True(kept.Count >= 20);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(stack.StorePath)!))
        {
            File.Delete(file);
        }

        await stack.Broker.StartAsync();
        await stack.StartIngestAsync();
        await PassUntilAsync(() => device.Spool.Oldest > kept[^1].Seq, "everything is acknowledged", time);

        await SpoolFiles.StoredAsync(stack.Http, "s1", SpoolFiles.Read(folder.Path).FindAll(r => r.Seq >= kept[0].Seq && r.Seq < device.Spool.Oldest));
    }

    [Theory]
    [InlineData(2026)]
    [InlineData(2020)]
    public async Task A_device_that_lost_its_spool_loses_nothing_that_it_takes_afterwards(int yearOfItsClock)
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(3));
        using (var lost = new TempFolder())
        {
            await using var device = new DeviceRun(DeviceRun.Device("s1", s_minute), new() { Url = stack.Broker.Url }, lost.Path, time);
            for (var minute = 0; minute < 5; minute++)
            {
                await TakeAsync(device, time);
            }

            await PassUntilAsync(() => device.Spool.Count == 0, "everything is acknowledged", time);
        }

        var before = await stack.CountAsync("s1");
        await stack.Broker.StopAsync();
        using var folder = new TempFolder();
        if (yearOfItsClock < 2026)
        {
            // Its numbers begin where the clock stood when the new memory card was first used.
            ReadingSpool.Open(folder.Path, 1000, new FakeTimeProvider(new(yearOfItsClock, 1, 1, 0, 0, 0, TimeSpan.Zero)), NullLogger.Instance).Dispose();
        }

        await using var again = new DeviceRun(DeviceRun.Device("s1", s_minute), new() { Url = stack.Broker.Url }, folder.Path, time);
        for (var minute = 0; minute < 20; minute++)
        {
            await TakeAsync(again, time);
        }

        await stack.Broker.StartAsync();
        await PassUntilAsync(() => again.Spool.Count == 0, "everything is acknowledged", time);

        Assert.Equal(before + SpoolFiles.Read(folder.Path).Count, await stack.CountAsync("s1"));
    }

    [Fact]
    public async Task A_state_that_tells_of_numbers_never_sent_lets_go_of_nothing()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Usual);
        await broker.Client.PublishAsync(SampleReading.StateTopic("s1"), """{"ts":1,"acked_seq":9000000000000000}""", retain: true);
        using var folder = new TempFolder();
        await using var received = broker.Client.Subscribe(SampleReading.Topic("s1"));
        await using var device = new DeviceRun(DeviceRun.Device("s1", TimeSpan.FromMilliseconds(100)), new() { Url = broker.Url }, folder.Path, TimeProvider.System);
        await Eventually.TrueAsync(() => device.Spool.Count > 5 && received.Output.Contains("seq", StringComparison.Ordinal), "readings are sent");

        var oldest = device.Spool.Oldest;
        await broker.Client.PublishAsync(SampleReading.StateTopic("s1"), $$"""{"acked_seq":{{oldest + 1}}}""", retain: true);
        await Eventually.TrueAsync(() => device.Spool.Oldest == oldest + 2, "two are let go");
        foreach (var state in new[] { "", "[]", "null", "{", """{"acked_seq":"7"}""", """{"acked_seq":1}""", """{"acked_seq":9000000000000000}""" })
        {
            await broker.Client.PublishAsync(SampleReading.StateTopic("s1"), state, retain: true);
        }

        await broker.Client.PublishAsync(SampleReading.StateTopic("s1"), $$"""{"acked_seq":{{oldest + 2}}}""");
        await Eventually.TrueAsync(() => device.Spool.Oldest == oldest + 3, "the next one is let go, and none of the others were");
    }

    [Fact]
    public async Task What_is_not_acknowledged_is_sent_again_after_a_silence_with_what_is_still_kept()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Usual);
        using var folder = new TempFolder();
        await using var received = broker.Client.Subscribe(SampleReading.Topic("s1"));
        var device = DeviceRun.Device("s1", TimeSpan.FromMilliseconds(250), resendAfter: TimeSpan.FromSeconds(1));
        await using var run = new DeviceRun(device, new() { Url = broker.Url }, folder.Path, TimeProvider.System);
        var first = run.Spool.Oldest;

        await Eventually.TrueAsync(() => Lines(received, first).Count >= 2, "the first one comes again");

        Assert.All(Lines(received, first), l => Assert.Contains($"\"seq_oldest\":{first}}}", l, StringComparison.Ordinal));
        Assert.Equal(first, run.Spool.Oldest);
    }

    [Fact]
    public async Task With_the_brokers_word_alone_a_reading_goes_when_a_subscriber_has_it()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Usual);
        using var folder = new TempFolder();
        var device = DeviceRun.Device("s1", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), Settings.Acknowledgement.Broker);
        await using var run = new DeviceRun(device, new() { Url = broker.Url }, folder.Path, TimeProvider.System);
        await Eventually.TrueAsync(() => run.Log.Lines.Any(l => l.Contains("NoMatchingSubscribers", StringComparison.Ordinal)), "the broker says that nobody wants them");
        Assert.True(run.Spool.Count > 0);

        var first = run.Spool.Oldest;
        await using var received = broker.Client.Subscribe(SampleReading.Topic("s1"));

        await Eventually.TrueAsync(() => run.Spool.Oldest > first + 5, "readings go");
        await Eventually.TrueAsync(() => Lines(received, first).Count > 0, "the first one was not lost");
    }

    [Theory]
    [InlineData("--faults", "duplicates,late,jumps,silence,drift", "--history", "3h", "--history-every", "1m")]
    public async Task Faults_on_purpose_lose_nothing_that_was_taken(params string[] arguments)
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Usual);
        using var folder = new TempFolder();
        var spool = folder.File(DeviceProcess.Simulated);
        await using (var faulty = DeviceProcess.Simulate(stack.Broker.Url, folder.Path, 3_600_000, arguments))
        {
            await Eventually.TrueAsync(() => Directory.Exists(spool) && SpoolFiles.Read(spool).Count > 100, "the history is there");
        }

        await using var sending = DeviceProcess.Simulate(stack.Broker.Url, folder.Path, 3_600_000, "--faults", "duplicates");
        await SpoolFiles.StoredAsync(stack.Http, DeviceProcess.Simulated, SpoolFiles.Read(spool));
        // Ended while it took its history up; silent for at least five minutes of each whole hour.
        Assert.InRange(SpoolFiles.Read(spool).Count, 101, 170);
    }

    private static List<string> Lines(ChildProcess received, long seq) =>
        [.. received.Output.Split('\n').Where(l => l.Contains($"\"seq\":{seq},", StringComparison.Ordinal))];

    private static async Task TakeAsync(DeviceRun device, FakeTimeProvider time)
    {
        var next = device.Spool.Next;
        time.Advance(s_minute);
        // A wait that began only after the clock was moved needs it to move on.
        await PassUntilAsync(() => device.Spool.Next > next, "a reading is taken", time, TimeSpan.FromSeconds(1));
    }

    private static Task PassUntilAsync(Func<bool> condition, string what, FakeTimeProvider time, TimeSpan? step = null) => Eventually.TrueAsync(
        () =>
        {
            var holds = condition();
            if (!holds)
            {
                time.Advance(step ?? TimeSpan.FromMilliseconds(200));
            }

            return holds;
        },
        what);
}
