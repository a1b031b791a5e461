using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TechTemp.Clients.Device.Sensors;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Tests.Sensors;

/// <summary>Readings are taken on the grid of the clock, and end up in the spool.</summary>
public sealed class SamplerTests : IAsyncDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task? _run;

    [Fact]
    public async Task Each_minute_at_00_one_reading_is_taken()
    {
        var time = new SteppedTime(new(2026, 3, 1, 12, 0, 17, TimeSpan.Zero));
        using var spool = Run(time, new Constant(new(20, 50)));

        await PassAsync(time, TimeSpan.FromSeconds(180));

        Assert.Equal(["12:01:00.000", "12:02:00.000", "12:03:00.000"], Times(spool));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_is_followed()
    {
        var time = new SteppedTime(new(2026, 3, 1, 12, 0, 50, TimeSpan.Zero));
        using var spool = Run(time, new Constant(new(20, 50)));
        await PassAsync(time, TimeSpan.FromSeconds(15));

        time.Set(new(2026, 3, 1, 9, 30, 30, TimeSpan.Zero));
        await PassAsync(time, TimeSpan.FromSeconds(45));

        Assert.Equal(["12:01:00.000", "09:31:00.000"], Times(spool));
    }

    [Fact]
    public async Task Nothing_is_measured_before_the_clock_is_set()
    {
        var time = new SteppedTime(new(1970, 1, 1, 0, 0, 50, TimeSpan.Zero));
        using var spool = Run(time, new Constant(new(20, 50)));
        await PassAsync(time, TimeSpan.FromSeconds(200));
        Assert.Empty(Times(spool));

        time.Set(new(2026, 3, 1, 12, 0, 30, TimeSpan.Zero));
        await PassAsync(time, TimeSpan.FromSeconds(120));

        Assert.Equal(["12:01:00.000", "12:02:00.000"], Times(spool));
    }

    [Fact]
    public async Task A_sensor_that_fails_leaves_a_gap_and_no_more()
    {
        var sensor = new Constant(new(20, 50)) { Fails = true };
        var time = new SteppedTime(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        using var spool = Run(time, sensor);
        await PassAsync(time, TimeSpan.FromSeconds(61));

        sensor.Fails = false;
        await PassAsync(time, TimeSpan.FromSeconds(60));

        Assert.Equal(["12:02:00.000"], Times(spool));
    }

    [Fact]
    public async Task Offsets_are_added_and_a_humidity_stays_one()
    {
        var time = new SteppedTime(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        using var spool = Run(time, new Constant(new(20.123, 99.5)), temperatureOffset: -1.5, humidityOffset: 3);

        await PassAsync(time, TimeSpan.FromSeconds(60));

        var reading = Assert.Single(spool.Read(0, 10)).Reading;
        Assert.Equal((18.62, 100), (reading.Temperature, reading.Humidity));
    }

    [Theory]
    [InlineData("12:00:00", 60, "12:01:00")]
    [InlineData("12:00:59.999", 60, "12:01:00")]
    [InlineData("12:00:07", 5, "12:00:10")]
    [InlineData("23:59:59", 3600, "00:00:00")]
    public void The_next_moment_of_the_grid_is_after_now(string now, int seconds, string next)
    {
        var after = ClockGrid.After(new(DateOnly.Parse("2026-03-01", null).ToDateTime(TimeOnly.Parse(now, null)), TimeSpan.Zero), TimeSpan.FromSeconds(seconds));

        Assert.Equal(next, after.ToString("HH:mm:ss.fffffff", null).Replace(".0000000", "", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await (_run ?? Task.CompletedTask).ContinueWith(_ => { }, TaskScheduler.Default);
        _stopping.Dispose();
        _folder.Dispose();
    }

    private ReadingSpool Run(TimeProvider time, ISensor sensor, double temperatureOffset = 0, double humidityOffset = 0)
    {
        var spool = ReadingSpool.Open(_folder.Path, 1000, time, NullLogger.Instance);
        var device = new DeviceOptions { Id = "s1", Every = s_minute, TemperatureOffset = temperatureOffset, HumidityOffset = humidityOffset };
        _run = new Sampler(sensor, spool, device, time, NullLogger.Instance).RunAsync(_stopping.Token);
        return spool;
    }

    // Second by second, each when the sampler waits.
    private async Task PassAsync(SteppedTime time, TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(1))
        {
            await Eventually.TrueAsync(() => time.IsAwaited || _run!.IsCompleted, "the sampler waits");
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await Eventually.TrueAsync(() => time.IsAwaited || _run!.IsCompleted, "the sampler waits");
        Assert.False(_run!.IsCompleted, _run.Exception?.ToString());
    }

    private static List<string> Times(ReadingSpool spool) =>
        [.. spool.Read(0, 100).Select(r => DateTimeOffset.FromUnixTimeMilliseconds(r.Reading.Ts).ToString("HH:mm:ss.fff", null))];

    private sealed class Constant(Climate climate) : ISensor
    {
        public bool Fails { get; set; }

        public Task<Climate?> MeasureAsync(DateTimeOffset at, CancellationToken cancellationToken) =>
            Fails ? throw new SensorException("unplugged") : Task.FromResult<Climate?>(climate);
    }

    // A clock whose time can be set, while what has passed goes on, and that knows whether somebody waits for it.
    private sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private TimeSpan _shift;
        private int _awaited;

        public bool IsAwaited => Volatile.Read(ref _awaited) > 0;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _awaited);
            return base.CreateTimer(
                s =>
                {
                    Interlocked.Decrement(ref _awaited);
                    callback(s);
                },
                state,
                dueTime,
                period);
        }

        public void Set(DateTimeOffset now) => _shift = now - base.GetUtcNow();
    }
}
