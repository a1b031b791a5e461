using System.Text;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Rooms;
using TechTemp.Data.Store;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What the writer does on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class WriterContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);
    private const long Day = PageKey.Day;

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task A_reading_is_stored_once_with_its_first_values(string provider)
    {
        await using var store = await OpenAsync(provider);
        var now = store.Now;
        var result = await store.WriteAsync(Reading(now, 1), Reading(now - 5, 2), Reading(now, 1), Reading(now, 3), Reading(now, 4, device: "s2"));
        Assert.Equal([OutcomeKind.Stored, OutcomeKind.Stored, OutcomeKind.Duplicate, OutcomeKind.Rejected, OutcomeKind.Stored], Kinds(result));
        Assert.Equal([false, true, false, false, false], result.Outcomes.Select(o => o.Late));
        Assert.Equal([new("h1", "s1", null, now, new(1, 50)), new("h1", "s2", null, now, new(4, 50))], result.States);

        var again = await store.NewWriter().WriteAsync([Reading(now, 3), Reading(now - 5, 2), Reading(now + 1, 7)], Cancel);
        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Duplicate, OutcomeKind.Stored], Kinds(again));
        Assert.Equal([new(now - 5, 2, 50), new(now, 1, 50), new(now + 1, 7, 50)], await store.RowsAsync());
        // No later than the receipt.
        Assert.Equal(TestStore.Start, (await store.WithAsync(c => c.Devices.SingleAsync(d => d.Uid == "s1", Cancel))).LastSeenAt);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Values_are_the_same_to_the_last_bit(string provider)
    {
        await using var store = await OpenAsync(provider);
        var values = new QuantityValues(0.1 + 0.2, null);
        values.Set(QuantityRegistry.Co2, 812.5);
        await store.WriteAsync(Reading(store.Now, values), Reading(store.Now + 1, new QuantityValues(null, 21.0204)), Reading(store.Now + 2, -40, 1.005));
        Assert.Equal([new(store.Now, values), new(store.Now + 1, null, 21.0204), new(store.Now + 2, -40, 1.005)], await store.RowsAsync());
        Assert.Equal(OutcomeKind.Duplicate, Kinds(await store.WriteAsync(Reading(store.Now, values))).Single());
        Assert.Equal((values.Quantities | QuantitySet.Usual).Bits, await store.WithAsync(c => c.Devices.Select(d => d.Measures).SingleAsync(Cancel)));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task An_unknown_device_registers_up_to_the_limit_and_keeps_its_home(string provider)
    {
        await using var store = await OpenAsync(provider);
        store.Ingest.MaxAutoRegistered = 2;
        var now = store.Now;
        var posted = IncomingMessage.FromMeasurement("s1", new(now, 1, 1), now, ReadingSource.Http);
        var result = await store.WriteAsync(posted, Reading(now + 1, home: "h2"), Reading(now + 2, home: "h1"), Reading(now, device: "s2"), Reading(now, device: "s3"));
        Assert.Equal([null, null, RejectionReasons.HomeMismatch, null, RejectionReasons.UnknownDevice], result.Outcomes.Select(o => o.Rejection?.Reason));
        Assert.Equal([("s1", "h2"), ("s2", "h1")], await store.WithAsync(async c => (await c.Devices.OrderBy(d => d.Id).ToListAsync(Cancel)).Select(d => (d.Uid, d.Home!))));
        Assert.Equal([(false, "s1"), (true, "s3")], await store.WithAsync(async c => (await c.RejectedMessages.OrderBy(r => r.Id).ToListAsync(Cancel)).Select(r => (r.IsHeld, r.DeviceUid!))));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Numbers_that_are_missing_are_remembered_over_a_restart(string provider)
    {
        await using var store = await OpenAsync(provider);
        IncomingMessage Numbered(int number) => Raw(Payload(store.Now + number, number, 50)[..^1] + $", \"seq\": {number}, \"seq_oldest\": 1}}");
        Assert.Equal(1, (await store.WriteAsync(Numbered(1), Numbered(4), Numbered(6))).States.Single().AckedSeq);
        Assert.Equal(1, (await store.NewWriter().WriteAsync([Numbered(3)], Cancel)).States.Single().AckedSeq);
        Assert.Equal([(2L, 2L), (5L, 5L)], await store.WithAsync(async c => (await c.Set<SequenceGap>().OrderBy(g => g.First).ToListAsync(Cancel)).Select(g => (g.First, g.Last))));
        Assert.Equal(4, (await store.WriteAsync(Numbered(2))).States.Single().AckedSeq);
        Assert.Equal(6, (await store.WriteAsync(Numbered(5))).States.Single().AckedSeq);
        Assert.Empty(await store.WithAsync(c => c.Set<SequenceGap>().ToListAsync(Cancel)));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Rejected_messages_are_kept_in_order_once_and_the_oldest_dropped(string provider)
    {
        await using var store = await OpenAsync(provider);
        store.Retention.RejectedRows = 3;
        IncomingMessage Delivered(string payload, bool again) =>
            IncomingMessage.FromMqtt(new(SensorTopic.Reading("h1", "s1")), Encoding.UTF8.GetBytes(payload), store.Now, again);
        var result = await store.WriteAsync(Delivered("a", false), Delivered("b", false), Delivered("a", true), Reading(store.Now), Delivered("a", false));
        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Rejected, OutcomeKind.Duplicate, OutcomeKind.Stored, OutcomeKind.Rejected], Kinds(result));
        Assert.Equal(0, result.DroppedRejections);
        Assert.Equal(1, (await store.NewWriter().WriteAsync([Delivered("b", true), Delivered("c", false)], Cancel)).DroppedRejections);
        Assert.Equal(["b", "a", "c"], await store.WithAsync(async c => (await c.RejectedMessages.OrderBy(r => r.Id).ToListAsync(Cancel)).Select(r => Encoding.UTF8.GetString(r.Payload))));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Held_readings_have_a_quota_for_each_device_and_home(string provider)
    {
        await using var store = await OpenAsync(provider);
        store.Ingest.UnknownDevices = UnknownDevices.Hold;
        (store.Retention.HeldPerDevice, store.Retention.HeldDevices) = (2, 2);
        IncomingMessage Held(int i, string device = "s1", string home = "h1") => Reading(store.Now + i, i, device: device, home: home);
        Assert.Equal([new("s1", "h1", 1)], (await store.WriteAsync(Held(1), Held(2), Held(3), Held(1, home: "h2"), Held(1, "s2"))).DroppedHeld);
        Assert.Equal([new("s1", "h1", 2)], (await store.NewWriter().WriteAsync([Held(4), Held(5), Held(2, "s2")], Cancel)).DroppedHeld);
        Assert.Equal(
            [("s1", "h2", true), ("s2", "h1", false), ("s1", "h1", true), ("s1", "h1", true), ("s2", "h1", false)],
            await store.WithAsync(async c => (await c.RejectedMessages.OrderBy(r => r.Id).ToListAsync(Cancel)).Select(r => (r.DeviceUid!, r.Home!, r.IsHeld))));
        Assert.Equal([("s1", "h1", 3L)], await store.WithAsync(async c => (await c.HeldDrops.ToListAsync(Cancel)).Select(d => (d.DeviceUid, d.Home, d.Count))));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_reading_that_can_never_be_stored_is_rejected_and_the_rest_of_its_batch_committed(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.FailForAsync(66);
        var now = store.Now;
        var result = await store.WriteAsync(Raw("{}"), Reading(now), Reading(now + 1, 66), Reading(now, device: "s2"), Reading(now + 2));
        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Stored], Kinds(result));
        Assert.Equal(RejectionReasons.NotStorable, result.Outcomes[2].Rejection?.Reason);
        Assert.Equal([now, now + 2], (await store.RowsAsync()).Select(r => r.Ts));
        Assert.Equal(2, await store.WithAsync(c => c.RejectedMessages.CountAsync(Cancel)));
        Assert.Null(store.State.WriteFailure);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_store_that_takes_no_reading_at_all_is_at_fault_itself(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.FailForAsync(66);
        var batch = Enumerable.Range(0, 40).Select(i => Reading(store.Now + i, 66)).ToList();
        Assert.False((await Assert.ThrowsAnyAsync<StoreException>(() => store.WriteAsync(batch))).IsTransient);
        Assert.NotNull(store.State.WriteFailure);
        Assert.InRange(await store.WithAsync(c => c.RejectedMessages.CountAsync(Cancel)), 1, 16);
        await store.ExecuteAsync("DROP INDEX fails;");
        await store.WriteAsync(batch);
        Assert.Equal(40, (await store.RowsAsync()).Count);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task States_have_the_room_and_the_calibration_of_now(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.WriteAsync(Reading(store.Now, 20));
        var told = new List<DeviceState>();
        await store.Writer.TellChangesAsync(told.AddRange, Cancel);
        await store.WithAsync(async context =>
        {
            var device = await context.Devices.SingleAsync(Cancel);
            device.Placements.Add(new() { Room = new Room { Uid = "salon", Name = "Salon", CreatedAt = TestStore.Start }, From = TestStore.Start });
            context.Calibrations.Add(new() { DeviceId = device.Id, From = TestStore.Start, TemperatureOffset = 1.5, HumidityOffset = 0 });
            return await context.SaveChangesAsync(Cancel);
        });
        await store.Writer.TellChangesAsync(told.AddRange, Cancel);
        Assert.Equal([new("h1", "s1", null, store.Now, new(20, 50)), new("h1", "s1", "salon", store.Now, new(21.5, 50))], told);
        Assert.Equal([new("h1", "s1", "salon", store.Now + 1, new(31.5, 50))], (await store.WriteAsync(Reading(store.Now + 1, 30))).States);
        Assert.Equal(0, await store.WithAsync(c => c.RejectedMessages.CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_reading_of_the_future_is_not_the_state(string provider)
    {
        await using var store = await OpenAsync(provider);
        var result = await store.WriteAsync(Reading(store.Now, 1), Reading(store.Now + 3_600_000, 2, receivedAt: store.Now), Reading(store.Now + 7_200_000, 3, device: "s2", receivedAt: store.Now));
        Assert.Equal([new("h1", "s1", null, store.Now, new(1, 50))], result.States);
        Assert.Equal([store.Now, store.Now + 3_600_000], (await store.RowsAsync()).Select(r => r.Ts));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_late_reading_of_a_sealed_day_is_new_a_duplicate_or_a_conflict(string provider)
    {
        await using var store = await OpenAsync(provider);
        var day = PageKey.DayOf(store.Now) - (3 * Day);
        foreach (var device in (string[])["s1", "s2"])
        {
            await store.WriteAsync([.. Enumerable.Range(0, 3).Select(i => Reading(day + (i * Day) + 60_000, i, device: device))]);
            await store.SealAsync(device);
        }

        var result = await store.WriteAsync(
            Reading(day + (2 * Day) + 60_000, 2, device: "s2"), Reading(day + 60_000, 0), Reading(day + Day + 60_000, 9), Reading(day + 60_001, 5, device: "s2"),
            Reading(day + 60_001, 5, device: "s2"), Reading(day - Day, 1), Reading(store.Now, 1));
        Assert.Equal(
            [OutcomeKind.Duplicate, OutcomeKind.Duplicate, OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Duplicate, OutcomeKind.Stored, OutcomeKind.Stored], Kinds(result));
        Assert.Equal(RejectionReasons.Conflict, result.Outcomes[2].Rejection?.Reason);
        Assert.Equal([day - Day, store.Now], (await store.RowsAsync()).Select(r => r.Ts));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Whatever_comes_repeated_and_reordered_each_reading_is_stored_once_with_its_first_values(string provider)
    {
        await using var store = await OpenAsync(provider);
        var run = 0;
        await Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 1]).Array[0, 8].Array[1, 6].SampleAsync(
            async batches =>
            {
                var uid = Interlocked.Increment(ref run);
                var expected = new Dictionary<(string, long), double>();
                foreach (var batch in batches.Concat(batches.Reverse()))
                {
                    var messages = Array.ConvertAll(batch, m => (Device: $"r{uid}-{m.Item1}", Ts: store.Now + m.Item2, Temperature: (double)m.Item3));
                    var result = await store.WriteAsync(Array.ConvertAll(messages, m => Reading(m.Ts, m.Temperature, device: m.Device)));
                    Assert.Equal(
                        messages.Select(m => expected.TryAdd((m.Device, m.Ts), m.Temperature) ? OutcomeKind.Stored
                            : expected[(m.Device, m.Ts)] == m.Temperature ? OutcomeKind.Duplicate : OutcomeKind.Rejected),
                        Kinds(result));
                }

                for (var device = 0; device <= 2; device++)
                {
                    Assert.Equal(
                        expected.Where(e => e.Key.Item1 == $"r{uid}-{device}").OrderBy(e => e.Key.Item2).Select(e => new Measurement(e.Key.Item2, e.Value, 50)),
                        await store.RowsAsync($"r{uid}-{device}"));
                }
            },
            iter: 30,
            threads: 1);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Writers_that_write_the_same_readings_at_once_store_each_once(string provider)
    {
        await using var store = await OpenAsync(provider);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(writer => Task.Run(
            async () =>
            {
                var kinds = new List<OutcomeKind>();
                var own = store.NewWriter();
                for (var batch = 0; batch < 20; batch++)
                {
                    // Each in an order of its own.
                    var messages = Enumerable.Range(0, 60).Select(i => Reading(store.Now + batch + (i / 6), i % 2, device: $"s{i % 6}")).ToArray();
                    new Random(writer).Shuffle(messages);
                    kinds.AddRange(Kinds(await WriteUntilDoneAsync(own, messages)));
                }

                return kinds;
            },
            Cancel)));
        Assert.Equal(6 * 29, outcomes.SelectMany(kinds => kinds).Count(kind => kind == OutcomeKind.Stored));
        Assert.DoesNotContain(OutcomeKind.Rejected, outcomes.SelectMany(kinds => kinds));
        for (var device = 0; device < 6; device++)
        {
            Assert.Equal(Enumerable.Range(0, 29).Select(i => store.Now + i), (await store.RowsAsync($"s{device}")).Select(r => r.Ts));
        }
    }

    // As ingest does it.
    private static async Task<BatchResult> WriteUntilDoneAsync(Data.Writing.ReadingWriter writer, IReadOnlyList<IncomingMessage> batch)
    {
        while (true)
        {
            try
            {
                return await writer.WriteAsync(batch, Cancel);
            }
            catch (StoreException e) when (e.IsTransient)
            {
                await Task.Yield();
            }
        }
    }

    private static IEnumerable<OutcomeKind> Kinds(BatchResult result) => result.Outcomes.Select(o => o.Kind);

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
