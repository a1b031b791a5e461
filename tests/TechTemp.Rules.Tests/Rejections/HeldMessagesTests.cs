using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Operation;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Replay;
using TechTemp.Data.Retention;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Rejections;

/// <summary>Readings that wait for somebody to provision their device have a quota of their own.</summary>
public sealed class HeldMessagesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Hold", "10000")]
    [InlineData("Register", "0")]
    public async Task Three_hundred_other_messages_do_not_drop_held_readings(string unknownDevices, string maxAutoRegistered)
    {
        using var store = new TestStore(
            ("Ingest:UnknownDevices", unknownDevices), ("Ingest:MaxAutoRegistered", maxAutoRegistered), ("Retention:RejectedRows", "10"));
        store.Write(Held(store, 1), Held(store, 2), Held(store, 3));
        for (var i = 0; i < 300; i++)
        {
            Assert.Empty(store.Write(Raw(i.ToString(CultureInfo.InvariantCulture))).DroppedHeld);
        }

        Assert.Equal((3, 10), (CountHeld(store), Count(store) - CountHeld(store)));
        await ProvisionAsync(store, "s1");
        Assert.Equal([1, 2, 3], store.Readings().Select(r => r.Temperature));
        Assert.Equal(10, Count(store));
    }

    [Fact]
    public async Task Beyond_its_quota_the_oldest_of_the_same_device_and_home_are_dropped_and_written_down()
    {
        using var store = Holding(("Retention:HeldPerDevice", "3"));
        store.Write(Held(store, 1, "s2"), Held(store, 1), Held(store, 2), Held(store, 3, home: "h2"));
        Assert.Empty(store.Write(Held(store, 3)).DroppedHeld);

        Assert.Equal([new("s1", "h1", 2)], store.Write(Held(store, 4), Held(store, 5)).DroppedHeld);
        // Uses a new writer, whose counters start at zero.
        using var next = store.NewWriter();
        Assert.Equal([new("s1", "h1", 1)], (await next.WriteAsync([Held(store, 6)], Cancel)).DroppedHeld);

        Assert.Equal([("s1", "h1", 4d), ("s1", "h1", 5), ("s1", "h1", 6), ("s1", "h2", 3), ("s2", "h1", 1)], Remaining(store));
        Assert.Equal([("s1", "h1", 3L)], store.Read(c => c.HeldDrops.AsNoTracking().ToList()).Select(d => (d.DeviceUid, d.Home, d.Count)));
        Assert.Equal(3, (await store.Get<StoreFigureQueries>().ReadAsync(TimeSpan.FromMinutes(5), Cancel)).HeldDropped);
    }

    [Fact]
    public void Of_one_device_too_many_readings_are_kept_among_the_rejected_messages()
    {
        using var store = Holding(("Retention:HeldDevices", "2"), ("Retention:RejectedRows", "2"));
        store.Write(Held(store, 1), Held(store, 1, "s2"));
        store.Write(Held(store, 1, "s3"), Held(store, 2, "s3"), Held(store, 3, "s3"), Held(store, 2));

        Assert.Equal((3, 5), (CountHeld(store), Count(store)));
        Assert.All(
            store.Read(c => c.RejectedMessages.Where(r => r.DeviceUid == "s3").ToList()),
            r => Assert.Contains("Retention:HeldDevices", r.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_stored_makes_room_for_others()
    {
        using var store = Holding(("Retention:HeldPerDevice", "2"), ("Retention:HeldDevices", "1"));
        store.Write(Held(store, 1), Held(store, 2));
        await ProvisionAsync(store, "s1");
        Assert.Equal(2, store.Readings().Count);

        store.Write(Held(store, 1, "s2"), Held(store, 2, "s2"));
        Assert.Equal(2, CountHeld(store));
        await store.With((DeviceRegistry devices) => devices.DeleteAsync("s1", withReadings: true, Cancel));
        await ProvisionAsync(store, "s2");
        Assert.Empty(store.Write(Held(store, 3), Held(store, 4)).DroppedHeld);
        Assert.Equal(2, CountHeld(store));
    }

    [Fact]
    public async Task One_that_is_refused_for_good_is_no_longer_held()
    {
        using var store = Holding();
        store.Write(Held(store, 1));
        await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s2", "Salon", null, null, null, "h1"), Cancel));
        store.Execute("UPDATE devices SET uid = 's1', home = 'h2';");
        await store.With((RejectedMessages r) => r.ReplayAsync(1, Cancel));
        Assert.Equal((0, 1), (CountHeld(store), Count(store)));
    }

    [Fact]
    public async Task They_have_an_age_of_their_own()
    {
        using var store = Holding(("Retention:Rejected", "1.00:00:00"), ("Retention:Held", "2.00:00:00"));
        store.Write(Held(store, 1), Held(store, 1, "s2"), Held(store, 2), Raw("junk", receivedAt: store.Now));
        var retention = store.Get<RejectionRetention>();
        Assert.Empty(await retention.DropAsync(Cancel).ToListAsync(Cancel));
        store.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal([1], await retention.DropAsync(Cancel).ToListAsync(Cancel));
        Assert.Empty(await retention.DropHeldAsync(Cancel).ToListAsync(Cancel));
        store.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([new("s1", "h1", 2), new("s2", "h1", 1)], Assert.Single(await retention.DropHeldAsync(Cancel).ToListAsync(Cancel)).OrderBy(l => l.DeviceUid, StringComparer.Ordinal));
        Assert.Equal(3, StoreAnswers.Ended(store.Get<StoreFigureQueries>().ReadAsync(TimeSpan.FromMinutes(5), Cancel)).HeldDropped);
    }

    [Fact]
    public void Those_of_a_version_before_are_held_as_well()
    {
        using var store = Holding();
        store.ReplaceByVersion("20261125031500_ReadingsInHundredths", $"""
            INSERT INTO rejected_messages (received_at, topic, device_uid, payload, payload_size, reason, detail)
            VALUES (0, 'home/h1/sensors/s1/reading', 's1', CAST('{Payload(1, 1, 50)}' AS BLOB), 9, 'unknown-device', 'd'),
                (0, 'home/h1/sensors/s1/reading', 's1', x'00', 1, 'invalid-json', 'd');
            """);
        store.Get<StoreSchema>().Migrate();
        Assert.Equal([("s1", "h1", 1d)], Remaining(store));
        Assert.Equal((1, 2), (CountHeld(store), Count(store)));
    }

    private static TestStore Holding(params ReadOnlySpan<(string Key, string Value)> settings) => new([("Ingest:UnknownDevices", "Hold"), .. settings]);

    /// <summary>A valid reading with this temperature, which also tells its time.</summary>
    private static IncomingMessage Held(TestStore store, int temperature, string device = "s1", string home = "h1") =>
        IncomingMessage.FromMqtt(new($"home/{home}/sensors/{device}/reading"), System.Text.Encoding.UTF8.GetBytes(Payload(store.Now + temperature, temperature, 50)), store.Now);

    private static Task<DeviceOutcome> ProvisionAsync(TestStore store, string device) =>
        store.With((DeviceRegistry devices) => devices.ProvisionAsync(new(device, "Salon", null, null, null, null), Cancel));

    private static int CountHeld(TestStore store) => store.Read(c => c.RejectedMessages.Count(r => r.IsHeld));

    private static int Count(TestStore store) => store.Read(c => c.RejectedMessages.Count());

    private static IEnumerable<(string, string, double)> Remaining(TestStore store) => store
        .Read(c => c.RejectedMessages.Where(r => r.IsHeld).OrderBy(r => r.DeviceUid).ThenBy(r => r.Home).ThenBy(r => r.Id).ToList())
        .Select(r => (r.DeviceUid!, r.Home!, System.Text.Json.JsonDocument.Parse(r.Payload).RootElement.GetProperty("temperature_c").GetDouble()));
}
