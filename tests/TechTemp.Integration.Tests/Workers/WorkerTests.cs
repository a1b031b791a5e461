namespace TechTemp.Integration.Tests.Workers;

/// <summary>Several workers on one PostgreSQL store: whatever starts, stops, dies and comes back, each reading is stored once.</summary>
public sealed class WorkerTests(WorkerServer server) : IClassFixture<WorkerServer>
{
    private static readonly string[] s_homes = ["h1", "h2", "h3", "h4", "h5"];

    [Fact]
    public async Task Three_workers_divide_five_homes_and_store_each_reading_once()
    {
        await using var site = await WorkerSite.StartAsync(server);
        await StartThreeAsync(site);
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();

        // A killed worker's homes: what its session has comes when it is back, and meanwhile the first worker takes over.
        await site.KillAsync("w1");
        await site.PublishAsync(s_homes);
        await site["w0"].HealthAsync(health => health.Body.Contains("\"worker\"", StringComparison.Ordinal) && health.Body.Contains("degraded", StringComparison.Ordinal), "degraded", TimeSpan.FromSeconds(60));
        await site.PublishAsync(s_homes);
        await Eventually.ResultAsync(
            () => site.QueryAsync("SELECT max(n), min(n) FROM (SELECT count(*) n FROM readings GROUP BY device_id) s;"), rows => rows is ["4|3" or "4|4"],
            "the first worker stores what comes meanwhile", TimeSpan.FromSeconds(60), site.Describe);
        await site.StartAsync("w1");
        await site.AllStoredAsync();

        // A home that nobody has heard of.
        await site.PublishAsync("h6");
        await site.DividedAsync(6, "w0", "w1", "w2");
        await site.PublishAsync([.. s_homes, "h6"]);
        await site.AllStoredAsync();

        // The broker restarts, under all three.
        await site.Broker.StopAsync();
        await site.Broker.StartAsync();
        await site.PublishAsync([.. s_homes, "h6"]);
        await site.DividedAsync(6, "w0", "w1", "w2");
        await site.PublishAsync([.. s_homes, "h6"]);
        await site.AllStoredAsync();
    }

    [Fact]
    public async Task A_retired_worker_leaves_nothing_behind_and_neither_does_the_first_one()
    {
        await using var site = await WorkerSite.StartAsync(server);
        await StartThreeAsync(site);

        // One that has gone, with readings in its session.
        await site.KillAsync("w2");
        await site.PublishAsync(s_homes);
        Assert.Contains("'w2' is retired", await site.VerbAsync("retire", "w2"), StringComparison.Ordinal);
        await site.PublishAsync(s_homes);
        await GoneAsync(site, "w2");
        await site.DividedAsync(5, "w0", "w1");
        await site.AllStoredAsync();

        // The first one, while it runs.
        await site.PublishAsync(s_homes);
        await site.VerbAsync("retire", "w0");
        await site.PublishAsync(s_homes);
        await GoneAsync(site, "w0");
        Assert.Equal(["w1"], await site.QueryAsync("SELECT first_worker FROM ingest_division;"));
        await site.DividedAsync(5, "w1");
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();
        Assert.False(site["w0"].HasExited);
        Assert.Contains("w0 was retired", site["w0"].Output, StringComparison.Ordinal);

        // Started again, it is a new worker.
        await site["w0"].StopAsync();
        await site.StartAsync("w0");
        await site.DividedAsync(5, "w1", "w0");
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();
    }

    [Fact]
    public async Task From_one_worker_to_several_and_back_nothing_is_lost()
    {
        await using var site = await WorkerSite.StartAsync(server);
        await site.StartAsync("");
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();
        await site.KillAsync("");
        await site.PublishAsync(s_homes);

        await site.StartAsync("w0");
        await site.StartAsync("w1");
        await site.AllStoredAsync();
        await SessionsAsync(site, "w0", "w1");
        await site.DividedAsync(5, "w0", "w1");
        await site.PublishAsync(s_homes);
        await site.KillAsync("w0");
        await site.KillAsync("w1");
        await site.PublishAsync(s_homes);

        await site.StartAsync("");
        await site.AllStoredAsync();
        await SessionsAsync(site, "");
        Assert.Equal(["0"], await site.QueryAsync("SELECT count(*) FROM ingest_workers;"));
    }

    [Fact]
    public async Task Of_two_processes_with_one_name_the_older_leaves()
    {
        await using var site = await WorkerSite.StartAsync(server);
        await site.StartAsync("w0");
        var older = await site.StartAsync("w1");
        await site.PublishAsync(s_homes);
        await site.DividedAsync(5, "w0", "w1");
        await site.StartAsync("w1");
        Assert.Equal(1, await older.ExitAsync());
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();
        Assert.False(site["w0"].HasExited || site["w1"].HasExited);
    }

    [Fact]
    public async Task Without_a_worker_for_other_homes_each_home_has_one_owner()
    {
        await using var site = await WorkerSite.StartAsync(server);
        await site.StartAsync("");
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();
        await site.KillAsync("");
        await site.PublishAsync(s_homes);
        (string, string) alone = ("Ingest__OtherHomes", "false");
        await site.StartAsync("w0", alone, ("Ingest__Homes", "h1"));
        await site.StartAsync("w1", alone);
        await site.DividedAsync(5, "w0", "w1");
        await site.AllStoredAsync();
        await SessionsAsync(site, "w0", "w1");
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();
        Assert.Equal(["h1"], await site.QueryAsync("SELECT home FROM ingest_homes WHERE worker = 'w0';"));
    }

    [Fact]
    public async Task A_connection_that_is_lost_before_the_homes_are_subscribed_is_made_again_at_once()
    {
        await using var site = await WorkerSite.StartAsync(server);
        var worker = await site.StartAsync("w0");
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();

        // Without the division a worker connects, and does not know what to subscribe.
        await site.QueryAsync("ALTER TABLE ingest_division RENAME TO division_away;");
        await site.Broker.StopAsync();
        await worker.LogsAsync("Lost the connection");
        const string Seen = "SELECT seen_at FROM ingest_workers;";
        var before = await site.QueryAsync(Seen);
        await site.Broker.StartAsync();
        await Eventually.ResultAsync(() => site.QueryAsync(Seen), seen => !seen.SequenceEqual(before), "the worker has a connection", details: site.Describe);
        await site.Broker.StopAsync();
        await site.Broker.StartAsync();
        await site.QueryAsync("ALTER TABLE division_away RENAME TO ingest_division;");
        // The attempt that was lost would be given up after a minute.
        await worker.LogsAsync("(?s)Connected to .*Connected to ");
        await site.PublishAsync(s_homes);
        await site.AllStoredAsync();
    }

    private static async Task StartThreeAsync(WorkerSite site)
    {
        await site.StartAsync("w0");
        await site.StartAsync("w1");
        await site.StartAsync("w2");
        await site.PublishAsync(s_homes);
        await site.DividedAsync(5, "w0", "w1", "w2");
    }

    private static Task<string[]> GoneAsync(WorkerSite site, string worker) => Eventually.ResultAsync(
        () => site.QueryAsync($"SELECT (SELECT count(*) FROM ingest_workers WHERE worker = '{worker}') + (SELECT count(*) FROM broker_sessions WHERE worker = '{worker}');"),
        rows => rows is ["0"], $"{worker} is gone", TimeSpan.FromSeconds(90), site.Describe, TimeSpan.FromMilliseconds(250));

    private static Task<string[]> SessionsAsync(WorkerSite site, params string[] workers) => Eventually.ResultAsync(
        () => site.QueryAsync("SELECT DISTINCT '<' || worker || '>' FROM broker_sessions ORDER BY 1;"),
        rows => rows.SequenceEqual(workers.Select(w => $"<{w}>")), $"the sessions are of {string.Join(", ", workers)} alone", TimeSpan.FromSeconds(90), site.Describe, TimeSpan.FromMilliseconds(250));
}
