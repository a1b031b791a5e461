using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Rejections;
using TechTemp.Data.Replay;
using TechTemp.Data.Retention;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Rejections;

public sealed class RejectedMessagesTests : IDisposable
{
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Refused_messages_are_listed_newest_first()
    {
        _store.Write(Raw("1"), Raw("2"));
        _store.Write(Raw("3"));
        Assert.Equal(["3", "2", "1"], (await List()).Select(Text));
    }

    [Fact]
    public async Task The_list_can_be_cut_by_reason_device_and_page()
    {
        _store.Write(Raw("1"), Raw("{}"), Raw("2", "s2"), Reading(0, device: "s2"), Raw("3"));
        Assert.Equal(["3", "2", "1"], (await List(reason: RejectionReasons.InvalidJson)).Select(Text));
        Assert.Equal(["2"], (await List(reason: RejectionReasons.InvalidJson, device: "s2")).Select(Text));
        Assert.Equal(2, (await List(device: "s2")).Count);
        Assert.Empty(await List(reason: RejectionReasons.Conflict));

        var page = await List(limit: 2);
        var next = await List(before: page[^1].Id, limit: 2);
        var last = await List(before: next[^1].Id, limit: 2);
        Assert.Equal((await List()).Select(r => r.Id), page.Concat(next).Concat(last).Select(r => r.Id));
        Assert.Equal([2, 2, 1], new[] { page.Count, next.Count, last.Count });
    }

    [Fact]
    public async Task A_message_that_is_valid_by_now_is_stored_and_no_longer_listed()
    {
        _store.Write(Reading(_store.Now + 86_400_001, 7));
        var id = (await List()).Single().Id;
        _store.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(OutcomeKind.Stored, (await Replay(id))?.Kind);
        Assert.Equal([(_store.Now - 3_600_000 + 86_400_001, 7d, 50d)], _store.Readings());
        Assert.Empty(await List());
    }

    [Fact]
    public async Task A_message_whose_reading_is_stored_by_now_is_a_duplicate_and_no_longer_listed()
    {
        _store.Write(Reading(_store.Now, 1), Reading(_store.Now, 2));
        _store.Execute("UPDATE readings SET temperature = 200;");
        Assert.Equal(OutcomeKind.Duplicate, (await Replay((await List()).Single().Id))?.Kind);
        Assert.Empty(await List());
        Assert.Single(_store.Readings());
    }

    [Fact]
    public async Task A_message_that_is_refused_again_stays_with_the_reason_of_now()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write(Reading(store.Now));
        await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s2", "Salon", null, null, null, "h1"), Cancel));
        store.Execute("UPDATE devices SET uid = 's1', home = 'h2';");
        var before = store.Read(c => c.RejectedMessages.Single());
        store.Time.Advance(TimeSpan.FromHours(1));
        var outcome = await store.With((RejectedMessages r) => r.ReplayAsync(before.Id, Cancel));
        Assert.Equal(RejectionReasons.HomeMismatch, outcome?.Rejection?.Reason);
        var after = store.Read(c => c.RejectedMessages.Single());
        Assert.Equal((before.Id, RejectionReasons.HomeMismatch, TestStore.Start), (after.Id, after.Reason, after.ReceivedAt));
        Assert.Contains("h2", after.Detail, StringComparison.Ordinal);
        Assert.Empty(store.Readings());
    }

    [Fact]
    public async Task A_held_message_stays_held_while_nobody_provisions_its_device()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write(Reading(store.Now));
        var outcome = await store.With((RejectedMessages r) => r.ReplayAsync(1, Cancel));
        Assert.Equal(RejectionReasons.UnknownDevice, outcome?.Rejection?.Reason);
        Assert.Empty(store.Read(c => c.Devices.ToList()));
    }

    [Fact]
    public async Task The_start_of_an_oversized_message_does_not_pass_for_the_whole()
    {
        var start = Payload(_store.Now, 1, 2).PadRight(8192);
        _store.Write(Raw(start + "garbage"));
        var outcome = await Replay((await List()).Single().Id);
        Assert.Equal(RejectionReasons.PayloadTooLarge, outcome?.Rejection?.Reason);
        Assert.Single(await List());
        Assert.Empty(_store.Readings());
    }

    [Fact]
    public async Task There_is_nothing_to_replay_under_an_unknown_id() => Assert.Null(await Replay(7));

    [Fact]
    public async Task Many_are_tried_again_by_a_filter_in_steps()
    {
        _store.Write([.. Enumerable.Range(0, 700).Select(i => Reading(_store.Now + i, 90, 110, receivedAt: _store.Now + i)), Reading(_store.Now, 90, 110, device: "s2")]);
        // As of a version with other rules.
        _store.Execute("UPDATE rejected_messages SET payload = CAST(replace(replace(payload, ': 90', ': 9'), ': 110', ': 11') AS BLOB), payload_size = 1 WHERE id <> 400;");

        var first = await ReplayAll(new(RejectionReasons.OutOfRange, "s1"), limit: 300);
        Assert.Equal((300, 300, 0, 300L), (first.Count, first.Stored, first.Duplicates, first.Last));
        Assert.Equal(new ReplayStep(0, null), await ReplayAll(new(RejectionReasons.Conflict)));
        Assert.Equal(new ReplayStep(0, null), await ReplayAll(new(Home: "h2")));
        Assert.Equal(new ReplayStep(0, null), await ReplayAll(new(From: _store.Now + 700)));
        Assert.Equal(1, (await ReplayAll(new(From: _store.Now + 300, To: _store.Now + 300))).Stored);

        var rest = await ReplayAll(new(RejectionReasons.OutOfRange, "s1"), after: first.Last!.Value);
        Assert.Equal((399, 398, 0, null), (rest.Count, rest.Stored, rest.Duplicates, rest.Last));
        Assert.Equal(699, _store.Readings().Count);
        Assert.Equal([701, 400], (await List()).Select(r => r.Id));
    }

    [Fact]
    public async Task The_writer_notices_a_replay()
    {
        _store.Write(Reading(_store.Now, 1), Reading(_store.Now + 86_400_001, 2));
        _store.Time.Advance(TimeSpan.FromHours(1));
        await Replay((await List()).Single().Id);
        Assert.True(_store.Write(Reading(_store.Now + 1, 3)).Outcomes.Single().Late);
    }

    [Fact]
    public void A_refused_message_that_the_broker_sends_again_is_kept_once_whatever_came_between()
    {
        _store.Write(Raw("{"));
        _store.Write(Enumerable.Range(0, 300).Select(i => Raw($"{i}")).ToList());
        Assert.Equal(OutcomeKind.Duplicate, _store.Write(Redelivered("{")).Outcomes.Single().Kind);
        Assert.Equal(OutcomeKind.Rejected, _store.Write(Redelivered("{{")).Outcomes.Single().Kind);
        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Duplicate], _store.Write(Redelivered("["), Redelivered("[")).Outcomes.Select(o => o.Kind));
        Assert.Equal(303, _store.Read(c => c.RejectedMessages.Count()));
    }

    [Fact]
    public void Messages_of_a_version_without_digests_are_found_as_well()
    {
        _store.ReplaceByVersion("20261126070000_MeansOverTime", """
            INSERT INTO rejected_messages (received_at, topic, device_uid, home, payload, payload_size, reason, detail, is_held)
            VALUES (0, 'home/h1/sensors/s1/reading', 's1', 'h1', CAST('{' AS BLOB), 1, 'invalid-json', 'd', 0),
                (0, 'home/h1/sensors/s1/reading', 's1', 'h1', x'', 0, 'invalid-json', 'd', 0);
            """);
        _store.Get<StoreSchema>().Migrate();
        Assert.Equal([OutcomeKind.Duplicate, OutcomeKind.Duplicate, OutcomeKind.Rejected], _store.Write(Redelivered("{"), Redelivered(""), Redelivered("[")).Outcomes.Select(o => o.Kind));
    }

    [Fact]
    public async Task Messages_older_than_the_retention_are_dropped()
    {
        _store.Write(Raw("old", receivedAt: _store.Now), Raw("young", receivedAt: _store.Now + 1));
        Assert.Empty(await Drop());
        _store.Time.Advance(TimeSpan.FromDays(30));
        Assert.Empty(await Drop());
        _store.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([1], await Drop());
        Assert.Equal(["young"], (await List()).Select(Text));
    }

    [Fact]
    public async Task Many_that_are_too_old_are_dropped_in_steps()
    {
        _store.Write([.. Enumerable.Range(0, 2_500).Select(i => Raw($"{i}", receivedAt: _store.Now)), Raw("young", receivedAt: _store.Now + 1)]);
        Assert.Empty(await Drop());
        _store.Time.Advance(TimeSpan.FromDays(30) + TimeSpan.FromMilliseconds(1));
        Assert.Equal([1_000, 1_000, 500], await Drop());
        Assert.Equal(["young"], (await List()).Select(Text));
    }

    [Fact]
    public async Task The_retention_can_be_configured()
    {
        using var store = new TestStore(("Retention:Rejected", "00:10:00"));
        store.Write(Raw("x"));
        Assert.Empty(await DropAsync(store.Get<RejectionRetention>()));
        store.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal([1], await DropAsync(store.Get<RejectionRetention>()));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public async Task A_clock_that_is_years_ahead_drops_no_message_that_is_recent(int years)
    {
        var day = TimeSpan.FromDays(1);
        var right = _store.Now;
        _store.Write(Reading(right - 40 * (long)day.TotalMilliseconds), Reading(right), Raw("old", receivedAt: right - 31 * (long)day.TotalMilliseconds), Raw("young", receivedAt: right));
        // Before the process begins, and in a second one: what came meanwhile bears the wrong clock's time.
        _store.Time.Advance(years * 365 * day);
        Assert.Equal([1], await Drop());
        _store.Write(Raw("ahead", receivedAt: _store.Now));
        Assert.Empty(await DropAsync(NewRetention()));

        // While it runs only what has really passed counts.
        _store.Time.Advance(30 * day);
        Assert.Empty(await Drop());
        _store.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([1], await Drop());
        Assert.Equal("ahead", Text(_store.Read(c => c.RejectedMessages.Single())));
    }

    [Fact]
    public async Task Without_a_device_only_the_time_counts_that_has_really_passed()
    {
        _store.Write(Raw("x", receivedAt: _store.Now));
        _store.Time.Advance(TimeSpan.FromDays(3_650));
        Assert.Empty(await Drop());
        _store.Time.Advance(TimeSpan.FromDays(31));
        Assert.Empty(await DropAsync(NewRetention()));
        Assert.Equal([1], await Drop());
    }

    [Fact]
    public async Task Held_readings_outlast_a_clock_that_is_years_ahead_as_well()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write(Reading(store.Now));
        store.Time.Advance(TimeSpan.FromDays(3_650));
        Assert.Empty(await store.Get<RejectionRetention>().DropHeldAsync(Cancel).ToListAsync(Cancel));
        store.Time.Advance(TimeSpan.FromDays(366));
        Assert.Single(await store.Get<RejectionRetention>().DropHeldAsync(Cancel).ToListAsync(Cancel));
    }

    private RejectionRetention NewRetention() => ActivatorUtilities.CreateInstance<RejectionRetention>(_store.Host.Services);

    private static string Text(RejectedMessage message) => Encoding.UTF8.GetString(message.Payload);

    private Task<IReadOnlyList<RejectedMessage>> List(string? reason = null, string? device = null, long before = long.MaxValue, int limit = 100) =>
        _store.With((RejectedMessages r) => r.ListAsync(new(reason, device), before, limit, Cancel));

    private Task<Outcome?> Replay(long id) => _store.With((RejectedMessages r) => r.ReplayAsync(id, Cancel));

    private Task<ReplayStep> ReplayAll(RejectedFilter filter, long after = 0, int limit = 1_000)
    {
        // The clock stands still, so that no pause is due.
        return _store.With((RejectedMessages r) => r.ReplayAsync(filter, after, limit, Cancel));
    }

    private Task<List<int>> Drop() => DropAsync(_store.Get<RejectionRetention>());

    private static Task<List<int>> DropAsync(RejectionRetention retention) => retention.DropAsync(Cancel).ToListAsync(Cancel).AsTask();

    private static IncomingMessage Redelivered(string payload) =>
        IncomingMessage.FromMqtt(new(SensorTopic.Reading("h1", "s1")), Encoding.UTF8.GetBytes(payload), TestStore.Start.ToUnixTimeMilliseconds(), isRedelivery: true);
}
