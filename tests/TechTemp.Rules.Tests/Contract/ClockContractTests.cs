using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using TechTemp.Data.Clocks;
using TechTemp.Data.Readings;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>Which clock is wrong, a device's or this machine's, on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class ClockContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;
    private const long Year = 365 * 24 * Hour;

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task A_device_within_the_tolerance_is_not_ahead(string provider)
    {
        await using var watched = await OpenAsync(provider);
        await watched.WriteAsync((watched.Now + 5 * Minute, "s1"), (watched.Now, "s2"));
        Assert.Empty((await watched.LookAsync()).Ahead);
        Assert.Empty(watched.Log.Written);
        Assert.Equal(HealthStatus.Healthy, await watched.HealthAsync());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_single_device_that_is_ahead_is_named_once_until_its_time_has_come(string provider)
    {
        await using var watched = await OpenAsync(provider);
        await watched.WriteAsync((watched.Now, "s1"), (watched.Now + 2 * Hour, "s2"));
        await watched.LookAsync();
        Assert.Equal([new("s2", watched.Now + 2 * Hour, IsHeld: false)], (await watched.LookAsync()).Ahead);
        Assert.Contains("The clock of device s2 is ahead: a reading of it is dated 2026-03-01 14:00:00Z", Assert.Single(watched.Log.Written), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, await watched.HealthAsync());

        watched.Store.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await watched.LookAsync()).Ahead);
        await watched.WriteAsync((watched.Now + 2 * Hour, "s2"));
        await watched.LookAsync();
        Assert.Equal(2, watched.Log.Written.Count);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Held_readings_of_a_single_device_degrade_health_for_an_hour(string provider)
    {
        await using var watched = await OpenAsync(provider);
        await watched.WriteAsync((watched.Now, "s1"), (watched.Now + Year, "s2"));
        var report = await watched.LookAsync();
        Assert.Equal([new("s2", watched.Now + Year, IsHeld: true)], report.Ahead);
        Assert.False(report.IsBehind);
        Assert.Contains("s2", Assert.Single(watched.Log.Written), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, await watched.HealthAsync());

        watched.Store.Time.Advance(TimeSpan.FromMinutes(61));
        await watched.LookAsync();
        Assert.Equal(HealthStatus.Healthy, await watched.HealthAsync());
    }

    [Theory]
    [InlineData(Sqlite, 2 * Hour)]
    [InlineData(Sqlite, 6 * Year)]
    [InlineData(Postgres, 2 * Hour)]
    [InlineData(Postgres, 6 * Year)]
    public async Task Where_most_devices_are_ahead_this_machine_is_behind(string provider, long behind)
    {
        await using var watched = await OpenAsync(provider);
        await watched.WriteAsync((watched.Now, "right"), (watched.Now + behind, "s1"), (watched.Now + behind + 1, "s2"), (watched.Now + behind + Hour, "s3"), (watched.Now - Hour, "silent"));
        var report = await watched.LookAsync();
        Assert.Equal(TimeSpan.FromMilliseconds(behind + 1), report.Behind);
        Assert.Contains("This machine's clock (2026-03-01 12:00:00Z) seems to be behind by", Assert.Single(watched.Log.Written), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, await watched.HealthAsync());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_clock_that_goes_back_is_behind_what_it_has_seen(string provider)
    {
        await using var watched = await OpenAsync(provider);
        await watched.WriteAsync((watched.Now, "s1"), (watched.Now, "s2"));
        Assert.False((await watched.LookAsync()).IsBehind);
        // A fake clock does not go back; one that has received readings of later did.
        await watched.Store.ExecuteAsync($"UPDATE devices SET last_seen_at = {watched.Now + Year}; UPDATE readings SET ts = {watched.Now + Year};");
        Assert.Equal(TimeSpan.FromMilliseconds(Year), (await watched.LookAsync()).Behind);

        watched.Store.Time.Advance(TimeSpan.FromMilliseconds(Year));
        Assert.False((await watched.LookAsync()).IsBehind);
        Assert.Contains("no longer behind", watched.Log.Written[^1], StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, await watched.HealthAsync());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Two_of_many_do_not_decide(string provider)
    {
        await using var watched = await OpenAsync(provider);
        await watched.WriteAsync((watched.Now, "s1"), (watched.Now, "s2"), (watched.Now + 2 * Hour, "s3"), (watched.Now + 2 * Hour, "s4"));
        var report = await watched.LookAsync();
        Assert.False(report.IsBehind);
        Assert.Equal(2, report.Ahead.Count);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_store_that_fails_leaves_the_last_report(string provider)
    {
        await using var watched = await OpenAsync(provider);
        await watched.WriteAsync((watched.Now, "s1"), (watched.Now + 2 * Hour, "s2"));
        await watched.LookAsync();
        await watched.Store.ExecuteAsync("ALTER TABLE devices RENAME TO gone;");
        var report = await watched.LookAsync();
        await watched.Store.ExecuteAsync("ALTER TABLE gone RENAME TO devices;");
        Assert.Single(report.Ahead);
    }

    private async Task<Watched> OpenAsync(string provider) => new(provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres));

    /// <summary>A store with a watch of its clocks.</summary>
    private sealed class Watched : IAsyncDisposable
    {
        private readonly ClockWatch _watch;

        public Watched(WrittenStore store)
        {
            var ingest = Options.Create(store.Ingest);
            Store = store;
            _watch = new(new(store.Sql, ingest, store.Time), new(ingest, store.Time), store.State, store.Time, Log);
        }

        public WrittenStore Store { get; }

        public LogLines<ClockWatch> Log { get; } = new();

        public long Now => Store.Now;

        public Task<BatchResult> WriteAsync(params (long Ts, string Device)[] readings) => Store.WriteAsync([.. readings.Select(r => Reading(r.Ts, device: r.Device, receivedAt: Now))]);

        public async Task<ClockReport> LookAsync()
        {
            await _watch.LookAsync(Cancel);
            return _watch.Report;
        }

        public async Task<HealthStatus> HealthAsync() => (await new ClockHealthCheck(_watch).CheckHealthAsync(new(), Cancel)).Status;

        public ValueTask DisposeAsync()
        {
            _watch.Dispose();
            return Store.DisposeAsync();
        }
    }
}
