using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TechTemp.Data.Jobs;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Replay;
using TechTemp.Data.Retention;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What becomes of refused messages on every store: they are tried again, listed, discarded and dropped.</summary>
[Collection(PostgresTests.Name)]
public sealed class ReplayContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);
    private const long Day = 86_400_000;

    private static readonly RejectedFilter s_heldOfS1 = new(RejectionReasons.UnknownDevice, "s1");

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task Held_readings_are_stored_in_steps_once_their_device_is_provisioned(string provider)
    {
        await using var store = await HoldingAsync(provider);
        var now = store.Now;
        await store.WriteAsync([.. Enumerable.Range(0, 550).Select(i => Reading(now - i, i % 80)), Reading(now, device: "s2")]);
        await store.ProvisionAsync();
        var step = await store.Replay.NextAsync(s_heldOfS1, 0, Cancel);
        Assert.Equal((250, 250, 0, 250L), (step.Count, step.Stored, step.Duplicates, step.Last));
        Assert.Equal(250, (await store.RowsAsync()).Count);
        Assert.Equal(301, (await store.KeptAsync()).Count);

        // The rest by the service, which finds out itself what there is to do.
        using var service = store.NewUnfinishedWork();
        await RunAsync(store, service, async () => (await store.KeptAsync()).Count == 1);
        Assert.Equal(Enumerable.Range(0, 550).Reverse().Select(i => (now - i, (double)(i % 80))), (await store.RowsAsync()).Select(r => (r.Ts, r.Values.Temperature)));
        Assert.Equal(("s2", true), (await store.KeptAsync()).Select(r => (r.DeviceUid, r.IsHeld)).Single());
        // No later than it was received.
        Assert.Equal(TestStore.Start, (await store.WithAsync(c => c.Devices.SingleAsync(Cancel))).LastSeenAt);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_message_that_is_refused_again_stays_with_the_reason_of_now_and_a_duplicate_does_not(string provider)
    {
        await using var store = await HoldingAsync(provider);
        var now = store.Now;
        await store.WriteAsync(Reading(now, 1), Reading(now, 1), Reading(now, 2), Reading(now, 3, home: "h2"), Reading(now + 1, 4));
        await store.ProvisionAsync();
        store.Time.Advance(TimeSpan.FromHours(1));
        var step = await store.Replay.NextAsync(s_heldOfS1, 0, Cancel);
        Assert.Equal((5, 2, 1, null), (step.Count, step.Stored, step.Duplicates, step.Last));
        Assert.Equal([new(now, 1, 50), new(now + 1, 4, 50)], await store.RowsAsync());
        var kept = await store.KeptAsync();
        Assert.Equal(
            [(3, RejectionReasons.Conflict, false, TestStore.Start), (4, RejectionReasons.HomeMismatch, false, TestStore.Start)],
            kept.Select(r => (r.Id, r.Reason, r.IsHeld, r.ReceivedAt)));
        Assert.Contains("h2", kept[1].Detail, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task One_is_tried_by_its_id(string provider)
    {
        await using var store = await HoldingAsync(provider);
        await store.WriteAsync(Reading(store.Now, 1), Reading(store.Now + 1, 2), Raw("{}"));
        Assert.Null(await store.Replay.OneAsync(7, Cancel));
        Assert.Equal(RejectionReasons.UnknownDevice, (await store.Replay.OneAsync(2, Cancel))?.Rejection?.Reason);
        Assert.True((await store.KeptAsync())[1].IsHeld);
        await store.ProvisionAsync();
        Assert.Equal(OutcomeKind.Stored, (await store.Replay.OneAsync(2, Cancel))?.Kind);
        Assert.Equal(RejectionReasons.MissingField, (await store.Replay.OneAsync(3, Cancel))?.Rejection?.Reason);
        Assert.Equal([1, 3], (await store.KeptAsync()).Select(r => r.Id));
        Assert.Equal([new(store.Now + 1, 2, 50)], await store.RowsAsync());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task One_that_can_never_be_stored_is_set_aside_and_does_not_stop_the_others(string provider)
    {
        await using var store = await HoldingAsync(provider);
        await store.FailForAsync(66);
        await store.WriteAsync([.. Enumerable.Range(0, 40).Select(i => Reading(store.Now - i, i == 13 ? 66 : 20))]);
        await store.ProvisionAsync();
        for (long? last = 0; last is { } after;)
        {
            last = (await store.Replay.NextAsync(s_heldOfS1, after, Cancel)).Last;
        }

        Assert.Equal(39, (await store.RowsAsync()).Count);
        // It keeps its quota.
        Assert.Equal((14, RejectionReasons.NotStorable, true), (await store.KeptAsync()).Select(r => (r.Id, r.Reason, r.IsHeld)).Single());
        Assert.Equal(RejectionReasons.NotStorable, (await store.Replay.OneAsync(14, Cancel))?.Rejection?.Reason);
        await store.ExecuteAsync("DROP INDEX fails;");
        Assert.Equal(OutcomeKind.Stored, (await store.Replay.OneAsync(14, Cancel))?.Kind);
        Assert.Empty(await store.KeptAsync());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Readings_of_the_future_are_stored_when_the_clock_has_caught_up(string provider)
    {
        await using var store = await OpenAsync(provider);
        var right = store.Now + (2_000 * Day);
        await store.WriteAsync([.. Enumerable.Range(0, 300).Select(i => Reading(right + i, i % 80)), Reading(right, device: "s2"), Reading(right + (30 * Day)), Raw("{}", "s3")]);
        Assert.Equal([("s1", 302L, right + (30 * Day)), ("s2", 301, right)], (await FutureMessages.DevicesAsync(store.Sql, Cancel)).Select(d => (d.DeviceUid, d.NewestId, d.Ts)));
        store.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(right));
        using var service = new FutureReplay(store.Sql, store.Replay, new(new ProcessJobLocks(), store.State, store.Time, NullLogger<StoreJobs>.Instance), store.Time, NullLogger<FutureReplay>.Instance);
        await RunAsync(store, service, async () => (await store.KeptAsync()).Count == 2 && (await store.RowsAsync("s2")).Count == 1);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => right + i), (await store.RowsAsync()).Select(r => r.Ts));
        Assert.Equal([("s1", RejectionReasons.InFuture, true), ("s3", RejectionReasons.MissingField, false)], (await store.KeptAsync()).Select(r => (r.DeviceUid!, r.Reason, r.IsHeld)));
        // Not when it was received by the clock that was wrong.
        Assert.All(await store.WithAsync(c => c.Devices.ToListAsync(Cancel)), d => Assert.True(d.LastSeenAt >= DateTimeOffset.FromUnixTimeMilliseconds(right)));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task They_are_listed_discarded_and_tried_again_by_a_filter(string provider)
    {
        await using var store = await HoldingAsync(provider);
        var now = store.Now;
        await store.WriteAsync(
            Raw("1", receivedAt: now), Raw("2", "s2", receivedAt: now + 1), Raw("3", home: "h2", receivedAt: now + 2), Reading(now, 4, receivedAt: now + 3), Reading(now, 5, device: "s2", receivedAt: now + 4));
        Task<IReadOnlyList<RejectedMessage>> ListAsync(RejectedFilter filter, long before = long.MaxValue, int limit = 100) =>
            store.RejectedAsync(r => r.ListAsync(filter, before, limit, Cancel));
        Assert.Equal([5, 4, 3, 2, 1], Ids(await ListAsync(new())));
        Assert.Equal([3, 2], Ids(await ListAsync(new(), before: 4, limit: 2)));
        Assert.Equal([2], Ids(await ListAsync(new(RejectionReasons.InvalidJson, "s2"))));
        Assert.Equal([3], Ids(await ListAsync(new(Home: "h2"))));
        Assert.Equal([3, 2], Ids(await ListAsync(new(From: now + 1, To: now + 2))));
        Assert.Equal("3", Encoding.UTF8.GetString((await ListAsync(new(Home: "h2"))).Single().Payload));

        await store.ProvisionAsync();
        await store.ProvisionAsync("s2");
        Task<ReplayStep> ReplayAsync(RejectedFilter filter) => store.RejectedAsync(r => r.ReplayAsync(filter, 0, 100, Cancel));
        Assert.Equal(new ReplayStep(0, null), await ReplayAsync(new(Home: "h3")));
        Assert.Equal(new ReplayStep(0, null), await ReplayAsync(new(From: now + 5)));
        Assert.Equal(new ReplayStep(1, null) { Stored = 1 }, await ReplayAsync(new(RejectionReasons.UnknownDevice, "s2", "h1", now + 4, now + 4)));
        Assert.Equal(1, await store.RejectedAsync(r => r.CountHeldAsync("s1", Cancel)));
        Assert.Equal(new ReplayStep(4, null) { Stored = 1 }, await ReplayAsync(new()));

        Assert.Equal(1, await store.RejectedAsync(r => r.DiscardAsync(RejectionReasons.InvalidJson, "s2", Cancel)));
        Assert.True(await store.RejectedAsync(r => r.DiscardAsync(3, Cancel)));
        Assert.False(await store.RejectedAsync(r => r.DiscardAsync(3, Cancel)));
        Assert.Equal(1, await store.RejectedAsync(r => r.DiscardAsync(RejectionReasons.InvalidJson, null, Cancel)));
        Assert.Empty(await store.KeptAsync());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Rejected_and_held_ones_are_dropped_by_ages_of_their_own(string provider)
    {
        await using var store = await HoldingAsync(provider);
        (store.Retention.Rejected, store.Retention.Held) = (TimeSpan.FromDays(1), TimeSpan.FromDays(2));
        var future = store.Now + (1_000 * Day);
        await store.WriteAsync([.. Enumerable.Range(0, 1_200).Select(i => Raw($"{i}")), Raw("young", receivedAt: store.Now + 1)]);
        await store.WriteAsync(Reading(store.Now, 1), Reading(store.Now, 1, device: "s2"), Reading(store.Now + 1, 2), Reading(future, 3));
        var retention = new RejectionRetention(store.Sql, Options.Create(store.Retention), store.Time);
        Assert.Empty(await retention.DropAsync(Cancel).ToListAsync(Cancel));
        store.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMilliseconds(1));
        Assert.Equal([1_000, 200], await retention.DropAsync(Cancel).ToListAsync(Cancel));
        Assert.Equal(5, (await store.KeptAsync()).Count);
        Assert.Empty(await retention.DropHeldAsync(Cancel).ToListAsync(Cancel));
        store.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal([new("s1", "h1", 2), new("s2", "h1", 1)], Assert.Single(await retention.DropHeldAsync(Cancel).ToListAsync(Cancel)));
        // No age for those of the future.
        Assert.Equal([RejectionReasons.InvalidJson, RejectionReasons.InFuture], (await store.KeptAsync()).Select(r => r.Reason));
        Assert.Equal(
            [("s1", 2L), ("s2", 1)], await store.WithAsync(async c => (await c.HeldDrops.OrderBy(d => d.DeviceUid).ToListAsync(Cancel)).Select(d => (d.DeviceUid, d.Count))));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Replays_of_the_same_messages_at_once_store_each_once(string provider)
    {
        await using var store = await HoldingAsync(provider);
        await store.WriteAsync([.. Enumerable.Range(0, 1_500).Select(i => Reading(store.Now - i, i % 80))]);
        await store.ProvisionAsync();
        var stored = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(
            async () =>
            {
                var sum = new ReplayStep(0, 0);
                while (sum.Last is { } after)
                {
                    var step = await store.Replay.NextAsync(s_heldOfS1, after, Cancel);
                    sum = new(sum.Count + step.Count, step.Last) { Stored = sum.Stored + step.Stored, Duplicates = sum.Duplicates + step.Duplicates };
                }

                return sum;
            },
            Cancel)));
        Assert.Equal((1_500, 1_500, 0), (stored.Sum(s => s.Count), stored.Sum(s => s.Stored), stored.Sum(s => s.Duplicates)));
        Assert.Equal(Enumerable.Range(0, 1_500).Reverse().Select(i => store.Now - i), (await store.RowsAsync()).Select(r => r.Ts));
        Assert.Empty(await store.KeptAsync());
    }

    private static IEnumerable<long> Ids(IEnumerable<RejectedMessage> messages) => messages.Select(r => r.Id);

    // Until a condition holds. The clock moves, so that no pause lasts.
    private static async Task RunAsync(WrittenStore store, BackgroundService service, Func<Task<bool>> condition)
    {
        store.State.SetReady();
        await service.StartAsync(Cancel);
        await TechTemp.Testing.Eventually.TrueAsync(
            () =>
            {
                store.Time.Advance(TimeSpan.FromMilliseconds(200));
                return condition();
            },
            "the replay is done");
        await service.StopAsync(Cancel);
    }

    private async Task<WrittenStore> HoldingAsync(string provider)
    {
        var store = await OpenAsync(provider);
        store.Ingest.UnknownDevices = UnknownDevices.Hold;
        return store;
    }

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
