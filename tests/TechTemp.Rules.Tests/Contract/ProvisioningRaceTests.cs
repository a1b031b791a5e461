using Microsoft.EntityFrameworkCore;
using Npgsql;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Replay;
using TechTemp.Data.Store;
using TechTemp.Readings.Quantities;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>Several processes create one device, on a server, where no transaction waits for another one to begin.</summary>
[Collection(PostgresTests.Name)]
public sealed class ProvisioningRaceTests(PostgresDatabase postgres)
{
    private const int Rounds = 10;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_requests_for_one_device_one_is_done_and_the_other_is_refused()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        for (var i = 0; i < Rounds; i++)
        {
            var uid = $"s{i}";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => ProvisionAsync(store, uid, $"Room {uid}"), Cancel)));
            Assert.Single(outcomes, DeviceOutcome.Done);
            Assert.Equal(2, outcomes.Count(o => o == DeviceOutcome.AlreadyProvisioned));
        }

        Assert.Equal(Rounds, await store.WithAsync(c => c.Devices.CountAsync(Cancel)));
        Assert.Equal(Rounds, await store.WithAsync(c => c.Rooms.CountAsync(Cancel)));
        Assert.Equal(Rounds, await store.WithAsync(c => c.Placements.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_device_that_registers_itself_while_it_is_provisioned_is_one_in_its_room()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        ReadingWriterPair writers = new(store);
        for (var i = 0; i < Rounds; i++)
        {
            var uid = $"s{i}";
            var provisioned = Task.Run(() => ProvisionAsync(store, uid, "Salon"), Cancel);
            var stored = await Task.WhenAll(writers.WriteAsync(0, uid, store.Now), writers.WriteAsync(1, uid, store.Now + 1));
            Assert.All(stored, s => Assert.Equal(OutcomeKind.Stored, s));
            Assert.Equal(DeviceOutcome.Done, await provisioned);
        }

        Assert.Equal(Rounds, await store.WithAsync(c => c.Devices.CountAsync(d => d.Provisioned, Cancel)));
        Assert.Equal(1, await store.WithAsync(c => c.Rooms.CountAsync(Cancel)));
        Assert.Equal(Rounds, await store.WithAsync(c => c.Placements.CountAsync(p => p.To == null, Cancel)));
        Assert.Equal(2, (await store.RowsAsync("s0")).Count);
    }

    [Fact]
    public async Task Two_workers_that_see_a_device_first_create_one_and_count_its_numbers_together()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        ReadingWriterPair writers = new(store);
        for (var i = 0; i < Rounds; i++)
        {
            var uid = $"s{i}";
            // Numbers 1 to 6, every other one by each worker.
            await Task.WhenAll(Enumerable.Range(0, 2).Select(async writer =>
            {
                for (var seq = writer + 1; seq <= 6; seq += 2)
                {
                    Assert.Equal(OutcomeKind.Stored, await writers.WriteAsync(writer, uid, store.Now + seq, seq));
                }
            }));
        }

        Assert.Equal(Rounds, await store.WithAsync(c => c.Devices.CountAsync(Cancel)));
        Assert.Empty(await store.WithAsync(c => c.Set<SequenceGap>().ToListAsync(Cancel)));
        Assert.All(await store.WithAsync(c => c.Devices.Select(d => d.HighestSeq).ToListAsync(Cancel)), highest => Assert.Equal(6, highest));
    }

    [Fact]
    public async Task A_device_whose_first_reading_is_being_written_is_not_deleted_as_one_without_readings()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        await ProvisionAsync(store, "s1", "Salon");
        await using var writer = await store.Connections.DataSource.OpenConnectionAsync(Cancel);
        await using var writing = await writer.BeginTransactionAsync(Cancel);
        // As the writer does it.
        await using (var command = new NpgsqlCommand("SELECT id FROM devices FOR NO KEY UPDATE; INSERT INTO readings (device_id, ts, source, temperature) SELECT id, 1000, 0, 20 FROM devices;", writer))
        {
            await command.ExecuteNonQueryAsync(Cancel);
        }

        var deleting = store.WithAsync(context => Registry(store, context).DeleteAsync("s1", withReadings: false, Cancel));
        await Eventually.TrueAsync(
            async () => (await store.Sql.QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock';", row => row.GetInt64(0), Cancel))[0] == 1,
            "the deletion waits for the reading");
        await writing.CommitAsync(Cancel);

        Assert.Equal(DeviceOutcome.HasReadings, await deleting);
        Assert.Single(await store.RowsAsync());
    }

    private static Task<DeviceOutcome> ProvisionAsync(PostgresWrittenStore store, string uid, string room) =>
        store.WithAsync(context => Registry(store, context).ProvisionAsync(new(uid, room, null, null, null, "h1"), Cancel));

    private static DeviceRegistry Registry(PostgresWrittenStore store, TechTempContext context) => new(
        context, new(context, store.Time), new(context, store.Replay, store.Time), new(store.Sql), new(store.Maintenance, store.Sql, store.Time), store.Time);

    private sealed class ReadingWriterPair(PostgresWrittenStore store)
    {
        private readonly Data.Writing.ReadingWriter[] _writers = [store.NewWriter(), store.NewWriter()];

        public async Task<OutcomeKind> WriteAsync(int writer, string uid, long ts, int? seq = null)
        {
            var payload = seq is null ? SampleReading.Payload(ts) : $$"""{"ts": {{ts}}, "temperature_c": 20, "humidity_pct": 40, "seq": {{seq}}}""";
            var message = IncomingMessage.FromMqtt(new($"home/h1/sensors/{uid}/reading"), System.Text.Encoding.UTF8.GetBytes(payload), store.Now + 10);
            return (await _writers[writer].WriteAsync([message], Cancel)).Outcomes.Single().Kind;
        }
    }
}
