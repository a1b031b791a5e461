using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Replay;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingWriterFailureTests : IDisposable
{
    private readonly TestStore _store = new(("Store:BusyTimeout", "00:00:00.05"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_batch_that_cannot_be_written_commits_nothing_and_can_be_written_again()
    {
        var now = _store.Now;
        IncomingMessage[] batch = [Reading(now), Raw("{}"), Reading(now, device: "s2"), Reading(now, 30)];
        using (var other = _store.Connections.Open())
        using (other.BeginTransaction(deferred: false))
        {
            Assert.ThrowsAny<StoreException>(() => _store.Write(batch));
            Assert.NotNull(_store.Get<StoreState>().WriteFailure);
            Assert.Empty(_store.Readings());
        }

        Assert.Equal([OutcomeKind.Stored, OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Rejected], Kinds(_store.Write(batch)));
        Assert.Null(_store.Get<StoreState>().WriteFailure);
        Assert.Single(_store.Readings());
        Assert.Equal(2, _store.Read(c => c.RejectedMessages.Count()));
    }

    [Fact]
    public void A_reading_that_can_never_be_stored_is_rejected_and_the_rest_of_its_batch_committed()
    {
        var now = _store.Now;
        FailFor(_store, temperature: 66);
        var result = _store.Write(Raw("{}"), Reading(now), Reading(now + 1, 66), Reading(now, device: "s2"), Reading(now + 2));

        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Rejected, OutcomeKind.Stored, OutcomeKind.Stored], Kinds(result));
        Assert.Equal((RejectionReasons.NotStorable, "the store cannot keep this reading: SQLite Error 1: 'integer overflow'."), (result.Outcomes[2].Rejection!.Reason, result.Outcomes[2].Rejection!.Detail));
        Assert.Equal([now, now + 2], _store.Readings().Select(r => r.Ts));
        Assert.Equal(2, _store.Read(c => c.RejectedMessages.Count()));
        Assert.Null(_store.Get<StoreState>().WriteFailure);
    }

    [Fact]
    public async Task What_could_not_be_stored_can_be_tried_again()
    {
        FailFor(_store, temperature: 66);
        _store.Write(Reading(_store.Now, 66));
        _store.Execute("DROP INDEX fails;");

        var id = _store.Read(c => c.RejectedMessages.Single().Id);
        Assert.Equal(OutcomeKind.Stored, (await _store.With((RejectedMessages rejected) => rejected.ReplayAsync(id, Cancel)))!.Value.Kind);
        Assert.Equal(66, Assert.Single(_store.Readings()).Temperature);
    }

    [Fact]
    public void No_junk_drops_a_reading_that_could_not_be_stored()
    {
        using var store = new TestStore(("Retention:RejectedRows", "3"));
        FailFor(store, temperature: 66);
        store.Write(Reading(store.Now, 66));
        store.Write([.. Enumerable.Range(0, 50).Select(i => Raw($"{i}"))]);
        Assert.Equal(4, store.Read(c => c.RejectedMessages.Count()));
        Assert.Single(store.Read(c => c.RejectedMessages.Where(r => r.Reason == RejectionReasons.NotStorable).ToList()));
    }

    [Fact]
    public void A_reading_that_the_store_neither_takes_nor_has_is_rejected()
    {
        var now = _store.Now;
        // ON CONFLICT DO NOTHING is true of any index.
        _store.Execute("CREATE UNIQUE INDEX drops ON readings (source);");
        Assert.Equal([OutcomeKind.Stored, OutcomeKind.Rejected], Kinds(_store.Write(Reading(now), Reading(now + 1))));
        Assert.Equal([now], _store.Readings().Select(r => r.Ts));
    }

    [Fact]
    public void A_store_that_takes_no_reading_at_all_is_at_fault_itself()
    {
        var now = _store.Now;
        FailFor(_store, temperature: 66);
        var batch = Enumerable.Range(0, 40).Select(i => Reading(now + i, 66)).ToList();
        Assert.ThrowsAny<StoreException>(() => _store.Write(batch));
        Assert.NotNull(_store.Get<StoreState>().WriteFailure);
        Assert.InRange(_store.Read(c => c.RejectedMessages.Count()), 1, 16);

        // One that can be stored shows that the store works.
        Assert.ThrowsAny<StoreException>(() => _store.Write([.. batch, Reading(now + 100)]));
        Assert.Single(_store.Readings());
        _store.Execute("DROP INDEX fails;");
        _store.Write(batch);
        Assert.Equal(41, _store.Readings().Count);
    }

    [Fact]
    public async Task A_device_deleted_between_two_batches_is_registered_anew()
    {
        var now = _store.Now;
        _store.Write(Reading(now, 1));
        var deleted = await _store.With((DeviceRegistry devices) => devices.DeleteAsync("s1", withReadings: true, Cancel));
        Assert.Equal(DeviceOutcome.Done, deleted);
        var result = _store.Write(Reading(now - 1, 2, home: "h2"));
        Assert.Equal([new Outcome(OutcomeKind.Stored)], result.Outcomes);
        Assert.Equal([new DeviceState("h2", "s1", null, now - 1, new(2, 50))], result.States);
        Assert.Equal([(now - 1, 2d, 50d)], _store.Readings());
    }

    [Fact]
    public async Task A_device_provisioned_between_two_batches_has_its_room_and_home()
    {
        var now = _store.Now;
        _store.Write(IncomingMessage.FromMeasurement("s1", new(now, 1, 2), now, ReadingSource.Http));
        await _store.With((DeviceRegistry devices) => devices.ProvisionAsync(new("s1", "Salon", null, null, null, "h9"), Cancel));
        var result = _store.Write(Reading(now + 1, home: "h1"), Reading(now + 2, home: "h9"));
        Assert.Equal(RejectionReasons.HomeMismatch, result.Outcomes[0].Rejection?.Reason);
        Assert.Equal([new DeviceState("h9", "s1", "salon", now + 2, new(21, 50))], result.States);
    }

    [Fact]
    public async Task A_device_moved_between_two_batches_has_its_new_room()
    {
        await _store.With((DeviceRegistry devices) => devices.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel));
        Assert.Equal("salon", _store.Write(Reading(_store.Now)).States.Single().RoomUid);
        _store.Time.Advance(TimeSpan.FromMinutes(1));
        await _store.With((DeviceRegistry devices) => devices.UpdateAsync("s1", new(false, null, "Office", null, null), Cancel));
        Assert.Equal("office", _store.Write(Reading(_store.Now)).States.Single().RoomUid);
    }

    [Fact]
    public void Readings_deleted_between_two_batches_are_no_longer_the_newest()
    {
        var now = _store.Now;
        _store.Write(Reading(now, 1), Reading(now + 10, 2));
        _store.Execute($"DELETE FROM readings WHERE ts = {now + 10};");
        var result = _store.Write(Reading(now + 5, 3));
        Assert.False(result.Outcomes.Single().Late);
        Assert.Equal(now + 5, result.States.Single().Ts);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_it_waits_for_its_turn_commits_nothing()
    {
        var now = _store.Now;
        using var gone = new CancellationTokenSource();
        Task waiting = Task.CompletedTask;
        await _store.Writer.TellChangesAsync(_ => waiting = _store.Writer.WriteAsync([Reading(now)], gone.Token), Cancel);
        await waiting;
        Assert.Equal([now], _store.Readings().Select(r => r.Ts));

        _store.Execute("UPDATE devices SET label = 'changed';");
        await _store.Writer.TellChangesAsync(
            _ =>
            {
                waiting = _store.Writer.WriteAsync([Reading(now + 1)], gone.Token);
                gone.Cancel();
            },
            Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Null(_store.Get<StoreState>().WriteFailure);
        Assert.Equal([now], _store.Readings().Select(r => r.Ts));
        Assert.Equal(OutcomeKind.Stored, _store.Write(Reading(now + 1)).Outcomes.Single().Kind);
    }

    [Fact]
    public async Task States_are_told_in_the_order_of_the_commits()
    {
        var now = _store.Now;
        var told = new List<long>();
        _store.Writer.Committed += states => told.Add(states.Single().Ts);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => _store.Writer.WriteAsync([Reading(now + i)], Cancel), Cancel)));
        Assert.Equal(200, told.Count);
        // The newest reading so far each time: never an older one after a newer one.
        Assert.Equal(told.Order(), told);
    }

    /// <summary>Makes the store fail for readings of one temperature: an index of them overflows.</summary>
    internal static void FailFor(TestStore store, int temperature) =>
        store.Execute($"CREATE INDEX fails ON readings (abs(iif(temperature = {temperature * 100}, -9223372036854775808, 0)));");

    private static IEnumerable<OutcomeKind> Kinds(BatchResult result) => result.Outcomes.Select(o => o.Kind);
}
