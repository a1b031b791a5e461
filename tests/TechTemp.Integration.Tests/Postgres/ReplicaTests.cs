using System.Globalization;

namespace TechTemp.Integration.Tests.Postgres;

/// <summary>Replicas of the API on PostgreSQL: what one of them has done or seen, another one shows, and what one of them has begun, another process finishes.</summary>
public sealed class ReplicaTests(ReplicaSite site) : IClassFixture<ReplicaSite>
{
    private const long Minute = 60_000;
    private static readonly long s_start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / Minute * Minute;

    [Fact]
    public async Task A_stream_that_goes_on_at_another_replica_lacks_nothing()
    {
        string[] devices = ["live-a", "live-b", "live-c"];
        foreach (var device in devices)
        {
            await ProvisionAsync(site.A, device, "Live");
        }

        string id;
        await using (var first = await site.A.ListenAsync("?roomId=live"))
        {
            await PublishAsync("live-a", 0, 20);
            await first.EventAsync("live-a", Ts(0));
            await PublishAsync("live-b", 0, 20);
            id = (await first.EventAsync("live-b", Ts(0))).Id;
        }

        // While nobody listens: over MQTT, and over HTTP at the replica that the stream was not at.
        await PublishAsync("live-a", 1, 21);
        await PublishAsync("live-a", 2, 22);
        Assert.Equal(200, (await site.B.PostAsync("/api/v1/readings", Posted("live-c", 1, 23))).Status);

        await using var next = await site.B.ListenAsync("?roomId=live", id);
        await using var again = await site.A.ListenAsync("?roomId=live", id);
        foreach (var stream in new[] { next, again })
        {
            await SoonAsync(stream, "live-a", 2);
            await SoonAsync(stream, "live-c", 1);
        }

        // The replica that the id is of repeats nothing. The other one does, and so leaves nothing out.
        await SoonAsync(next, "live-b", 0);
        Assert.DoesNotContain(again.Events, e => (string?)e.Json["device_id"] == "live-b");

        // What is stored now reaches both, whichever way it came.
        await PublishAsync("live-b", 3, 24);
        Assert.Equal(200, (await site.A.PostAsync("/api/v1/readings", Posted("live-c", 3, 25))).Status);
        foreach (var stream in new[] { next, again })
        {
            await SoonAsync(stream, "live-b", 3);
            await SoonAsync(stream, "live-c", 3);
        }

        // And back, with an id of the other one.
        var last = next.Events.Last().Id;
        await PublishAsync("live-a", 4, 26);
        await using var back = await site.A.ListenAsync("?roomId=live", last);
        await SoonAsync(back, "live-a", 4);
        await SoonAsync(back, "live-b", 3);
        await SoonAsync(back, "live-c", 3);

        // A device that one replica deletes leaves the stream of the other one. Its last event would come before that of live-a.
        Assert.Equal(200, (await site.A.DeleteAsync("/api/v1/devices/live-c?readings=delete")).Status);
        await Eventually.TrueAsync(
            async () =>
            {
                await using var later = await site.B.ListenAsync("?roomId=live");
                await SoonAsync(later, "live-a", 4);
                return later.Events.All(e => (string?)e.Json["device_id"] != "live-c");
            },
            "the deleted device is gone");
    }

    [Fact]
    public async Task Both_replicas_give_an_answer_the_same_tag_and_show_a_change_of_the_other_at_once()
    {
        await ProvisionAsync(site.A, "tag", "Tag");
        await site.A.PostAsync("/api/v1/readings", Enumerable.Range(0, 5).Select(i => Posted("tag", i, 20 + i)).ToArray());
        string[] paths =
        [
            "/api/v1/devices/tag", "/api/v1/devices", "/api/v1/rooms", "/api/v1/rooms/tag", "/api/v1/readings/latest?deviceId=tag", "/api/v1/devices/tag/readings", "/api/v1/devices/tag/readings?bucket=hour",
            "/api/v1/rooms/tag/readings", "/api/v1/devices/tag/calibrations", "/api/v1/devices/tag/placements",
        ];
        foreach (var path in paths)
        {
            var (a, b) = (await site.A.GetAsync(path), await site.B.GetAsync(path));
            Assert.Equal((200, a.Body, a.Header("ETag")), (b.Status, b.Body, b.Header("ETag")));
            var known = await site.B.GetAsync(path, ("If-None-Match", a.Header("ETag")));
            Assert.Equal((304, "", a.Header("ETag")), (known.Status, known.Body, known.Header("ETag")));
        }

        // Each change is made at one replica and read at the other, without a pause between them.
        var newest = "/api/v1/readings/latest?deviceId=tag";
        await ChangesAsync("/api/v1/devices/tag", site.A, a => a.SendAsync("PATCH", "/api/v1/devices/tag", """{"label":"Window"}""", "application/merge-patch+json"), d => (string?)d["label"] == "Window");
        await ChangesAsync("/api/v1/rooms/tag", site.B, b => b.PutAsync("/api/v1/rooms/tag", new { name = "Tag room" }), r => (string?)r["name"] == "Tag room");
        await ChangesAsync("/api/v1/devices/tag", site.A, a => a.PutAsync("/api/v1/devices/tag", new { room_name = "Tag two" }), d => (string?)d["room"]!["name"] == "Tag two");
        await ChangesAsync(newest, site.B, b => b.PostAsync("/api/v1/readings", Posted("tag", 6, 30)), l => (double)l[0]!["temperature"]! == 30);
        await ChangesAsync(newest, site.A, a => a.PutAsync("/api/v1/devices/tag/calibrations", """{"calibrations":[{"from":"2020-01-01","temperature_offset":1.5,"humidity_offset":0}]}"""), l => (double)l[0]!["temperature"]! == 31.5);
        await ChangesAsync(newest, site.B, b => b.DeleteAsync($"/api/v1/devices/tag/readings?from={Text(6)}&to={Text(6)}"), l => (double)l[0]!["temperature"]! == 25.5);
        Assert.Equal(200, (await site.A.DeleteAsync("/api/v1/devices/tag?readings=delete")).Status);
        Assert.Equal(404, (await site.B.GetAsync("/api/v1/devices/tag")).Status);
    }

    [Fact]
    public async Task Readings_that_are_sent_to_both_replicas_again_and_again_are_stored_once()
    {
        await ProvisionAsync(site.A, "retry", "Retry");
        var rows = Enumerable.Range(0, 400).Select(i => Posted("retry", -i, 20)).ToArray();
        // A client that has got no answer sends the same again, through a load balancer to any replica.
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? site.A : site.B).PostAsync("/api/v1/readings", rows)));

        Assert.All(answers, answer => Assert.Equal(rows.Length, (int)answer.Data["accepted"]! + (int)answer.Data["duplicates"]!));
        Assert.Equal(rows.Length, answers.Sum(answer => (int)answer.Data["accepted"]!));
        Assert.Equal(["400"], await site.QueryAsync("SELECT count(*) FROM readings r JOIN devices d ON d.id = r.device_id WHERE d.uid = 'retry';"));
    }

    [Fact]
    public async Task What_is_refused_or_held_is_listed_stored_and_discarded_by_any_replica()
    {
        await PublishAsync("held", 0, 20);
        await site.Stack.Broker.Client.PublishAsync(SampleReading.Topic("junk"), "no reading");
        foreach (var replica in new[] { site.A, site.B })
        {
            await Eventually.ResultAsync(
                () => replica.DataAsync("/api/v1/rejected?deviceId=held"), held => held.AsArray() is [var one] && (string?)one!["reason"] == "unknown-device", "the reading is held");
        }

        var junk = (await Eventually.ResultAsync(() => site.A.DataAsync("/api/v1/rejected?deviceId=junk"), list => list.AsArray().Count == 1, "it is refused"))[0]!["id"]!;
        Assert.Equal(200, (await site.A.DeleteAsync($"/api/v1/rejected/{junk}")).Status);
        Assert.Equal(404, (await site.B.DeleteAsync($"/api/v1/rejected/{junk}")).Status);

        await ProvisionAsync(site.A, "held", "Held");
        Assert.Equal(20, (double)Assert.Single((await site.B.DataAsync("/api/v1/readings/latest?deviceId=held")).AsArray())!["temperature"]!);
        Assert.Empty((await site.B.DataAsync("/api/v1/rejected?deviceId=held")).AsArray());
        Assert.Equal(409, (await site.B.PostAsync("/api/v1/devices", new { device_uid = "held", room_name = "Held" })).Status);
    }

    [Fact]
    public async Task What_a_killed_replica_has_begun_is_finished_by_the_living_processes()
    {
        // More than one step of each.
        const int Rows = 10_000;
        const int Held = 300;
        await ProvisionAsync(site.A, "gone", "Gone");
        await ProvisionAsync(site.A, "cut", "Cut");
        await site.QueryAsync(
            $"INSERT INTO readings (device_id, ts, source, temperature, humidity) SELECT d.id, {Ts(0)} - i * 1000, 0, 20, 50 FROM devices d, generate_series(1, {Rows}) i WHERE d.uid IN ('gone', 'cut');");
        await using (var publishing = site.Stack.Broker.Client.StartPublishing(SampleReading.Topic("later")))
        {
            for (var i = 0; i < Held; i++)
            {
                await publishing.PublishAsync(SampleReading.Payload(Ts(-i)));
            }

            await publishing.CompleteAsync();
        }

        await CountedAsync("SELECT count(*) FROM rejected_messages WHERE device_uid = 'later';", Held, "the readings are held");
        await using var replica = await site.StartReplicaAsync();
        // No step gets on, until the replica is gone.
        var standstill = site.QueryAsync("LOCK TABLE readings IN SHARE MODE; SELECT pg_sleep(600);");
        await CountedAsync("SELECT count(*) FROM pg_locks WHERE relation = 'readings'::regclass AND mode = 'ShareLock' AND granted;", 1, "nothing is written");
        Task[] requests =
        [
            replica.Http.DeleteAsync("/api/v1/devices/gone?readings=delete"),
            replica.Http.DeleteAsync($"/api/v1/devices/cut/readings?from=2000-01-01&to={Text(-1)}"),
            replica.Http.PostAsync("/api/v1/devices", new { device_uid = "later", room_name = "Later" }),
        ];
        await CountedAsync("SELECT count(*) FROM device_work JOIN devices d ON d.id = device_id WHERE d.uid IN ('gone', 'cut', 'later');", requests.Length, "all three have begun");

        replica.Kill();

        foreach (var request in requests)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => request);
        }

        await site.QueryAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK%';");
        await Assert.ThrowsAnyAsync<Exception>(() => standstill);
        await CountedAsync("SELECT count(*) FROM device_work;", 0, "everything is finished");
        Assert.Equal(404, (await site.A.GetAsync("/api/v1/devices/gone")).Status);
        Assert.Equal(59, (await site.B.DataAsync("/api/v1/devices/cut/readings?limit=1000")).AsArray().Count);
        Assert.Equal([$"{Held}"], await site.QueryAsync("SELECT count(*) FROM readings r JOIN devices d ON d.id = r.device_id WHERE d.uid = 'later';"));
    }

    private static long Ts(int minute) => s_start + (minute * Minute) - Minute * 10;

    private static string Text(int minute) => SampleReading.Text(Ts(minute));

    private static object Posted(string device, int minute, double temperature) => new { device_uid = device, ts = Ts(minute), temperature, humidity = 50 };

    private static async Task ProvisionAsync(ApiClient replica, string device, string room) =>
        Assert.Equal(201, (await replica.PostAsync("/api/v1/devices", new { device_uid = device, room_name = room, home = SampleReading.Home })).Status);

    private static Task SoonAsync(EventStream stream, string device, int minute) => Eventually.TrueAsync(
        () => stream.Events.Any(e => (string?)e.Json["device_id"] == device && (string?)e.Json["ts"] == Text(minute)), $"the event of {device} came");

    private async Task CountedAsync(string sql, int count, string what) => await Eventually.ResultAsync(
        () => site.QueryAsync(sql), rows => rows[0] == count.ToString(CultureInfo.InvariantCulture), what, interval: TimeSpan.FromMilliseconds(100));

    private Task PublishAsync(string device, int minute, double temperature) => site.Stack.Broker.Client.PublishAsync(SampleReading.Topic(device), SampleReading.Payload(Ts(minute), temperature));

    private async Task ChangesAsync(string path, ApiClient changed, Func<ApiClient, Task<Answer>> change, Func<System.Text.Json.Nodes.JsonNode, bool> shows)
    {
        var other = changed == site.A ? site.B : site.A;
        var before = await other.GetAsync(path);
        var answer = await change(changed);
        Assert.True(answer.Status is 200 or 201, answer.ToString());
        var after = await other.GetAsync(path, ("If-None-Match", before.Header("ETag")));
        Assert.True(after.Status == 200 && shows(after.Data), after.ToString());
        Assert.NotEqual(before.Header("ETag"), after.Header("ETag"));
    }
}
