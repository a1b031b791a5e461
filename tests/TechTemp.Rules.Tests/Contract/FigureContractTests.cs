using TechTemp.Data.Operation;
using TechTemp.Data.Readings;
using TechTemp.Readings.Rules;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What the figures of a store count, on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class FigureContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task An_empty_store_has_nothing_in_it_but_a_size(string provider)
    {
        await using var store = await OpenAsync(provider);
        var figures = await ReadAsync(store);
        Assert.Equal((0, 0, 0, 0), (figures.RecentReadings, figures.Held, figures.HeldDropped, figures.Missing));
        Assert.Empty(figures.Rejections);
        Assert.True(figures.Size.Bytes > 0);
        Assert.Equal(provider == Sqlite, figures.Size.DiskFreeBytes > 0);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Readings_of_the_last_five_minutes_are_recent_and_those_of_the_future_are_not(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.WriteAsync(
            Reading(store.Now - 5 * 60_000 - 1, device: "a"), Reading(store.Now - 5 * 60_000, device: "a"), Reading(store.Now, device: "b"), Reading(store.Now + 1, device: "b"));
        Assert.Equal(2, (await ReadAsync(store)).RecentReadings);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Refused_messages_are_counted_by_reason_with_the_newest_of_each(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.WriteAsync(Raw("no", receivedAt: store.Now - 10), Raw("{", receivedAt: store.Now), Raw("{}", receivedAt: store.Now - 5));
        Assert.Equal(
            [new(RejectionReasons.InvalidJson, 2, store.Now), new(RejectionReasons.MissingField, 1, store.Now - 5)],
            (await ReadAsync(store)).Rejections);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task What_waits_for_its_device_is_held_and_what_of_it_is_dropped_is_counted(string provider)
    {
        await using var store = await OpenAsync(provider);
        (store.Ingest.UnknownDevices, store.Retention.HeldPerDevice) = (UnknownDevices.Hold, 2);
        await store.WriteAsync(Reading(store.Now - 4), Reading(store.Now - 3), Reading(store.Now - 2), Reading(store.Now - 1), Reading(store.Now), Reading(store.Now, device: "s2"));
        var figures = await ReadAsync(store);
        Assert.Equal((3, 3), (figures.Held, figures.HeldDropped));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Numbers_that_a_counting_device_has_left_out_are_missing(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.WriteAsync(Counted(store, 1), Counted(store, 2), Counted(store, 6));
        Assert.Equal(3, (await ReadAsync(store)).Missing);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task However_many_numbers_are_missing_they_can_be_added(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.WriteAsync(Counted(store, 1), Counted(store, 1, "s2"));
        // As versions without a limit have stored them.
        await store.ExecuteAsync("INSERT INTO sequence_gaps (device_id, first, last) SELECT id, 0, 9223372036854775807 FROM devices;");
        Assert.Equal(1L << 53, (await ReadAsync(store)).Missing);
    }

    private static ValueTask<StoreFigures> ReadAsync(WrittenStore store) => new StoreFigureQueries(store.Sql, store.Size, store.Time).ReadAsync(TimeSpan.FromMinutes(5), Cancel);

    private static IncomingMessage Counted(WrittenStore store, int seq, string device = "s1") =>
        Raw($$"""{"ts":{{store.Now + seq}},"temperature_c":21,"humidity_pct":50,"seq":{{seq}}}""", device);

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
