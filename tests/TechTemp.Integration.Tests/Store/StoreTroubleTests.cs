using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace TechTemp.Integration.Tests.Store;

/// <summary>
/// A store that fails while the programs run: said by <c>/health</c> in time, nothing acknowledged that is not stored,
/// everything stored when it works again, nobody restarted.
/// </summary>
public sealed class StoreTroubleTests
{
    private const string Device = "trouble";

    /// <summary>The contract's bound on the time until health says it.</summary>
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task While_another_process_holds_the_lock_readings_wait_at_the_broker()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, ("Ingest__InHandLimit", "100"), ("Logging__LogLevel__TechTemp", "Debug"));
        await PublishAsync(stack.Broker, 1);
        await StoredAsync(stack.Ingest, stack.Http, 1);

        await using (await LockAsync(stack.StorePath))
        {
            await PublishAsync(stack.Broker, 3_000);
            await FailsAsync(stack.Ingest);
            Assert.Equal(200, (await stack.Http.GetAsync("/api/v1/readings/latest")).Status);
            // The connection is lost meanwhile: what is in hand must not come a second time on top.
            await stack.Broker.StopAsync();
            await stack.Broker.StartAsync();
        }

        await StoredAsync(stack.Ingest, stack.Http, 3_000);
        // The restarted broker sends all that it has, whatever the limit; what was in hand at a time is what was committed at a time.
        var batches = Regex.Matches(stack.Ingest.Output, @"Committed (\d+) messages").Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.True(batches.Sum() >= 3_000);
        Assert.InRange(batches.Max(), 50, 101);
    }

    [Fact]
    public async Task A_store_that_is_removed_is_missed_by_both_and_used_again_when_it_is_restored()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        await PublishAsync(stack.Broker, 10);
        await StoredAsync(stack.Ingest, stack.Http, 10);
        await Verbs.RunAsync("TechTemp.Ingest", stack.Settings, "backup", folder.File("backup.db"));

        File.Delete(stack.StorePath);
        // Both say so before a reading or a request comes.
        foreach (var host in new[] { stack.Ingest, stack.Api })
        {
            await Eventually.TrueAsync(() => host.Output.Contains($"The store '{stack.StorePath}' is gone", StringComparison.Ordinal), "the log says that the store is gone");
        }

        await PublishAsync(stack.Broker, 500);
        await FailsAsync(stack.Ingest);
        await FailsAsync(stack.Api);
        var answer = await stack.Http.GetAsync($"/api/v1/devices/{Device}/readings");
        Assert.Equal((503, "application/problem+json"), (answer.Status, answer.Header("Content-Type")));
        Assert.Contains("store", (string)answer.Json["error"]!, StringComparison.Ordinal);

        await Verbs.RunAsync("TechTemp.Ingest", stack.Settings, "restore", folder.File("backup.db"), "--yes");
        await StoredAsync(stack.Ingest, stack.Http, 500);
        await stack.Api.HealthAsync(health => health.Status == 200, "ok again");
    }

    [Fact]
    public async Task A_full_disk_is_told_and_everything_stored_when_it_has_room_again()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 8);
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        Dictionary<string, string> settings = new() { ["MQTT_URL"] = broker.Url, ["DB_PATH"] = disk.File("techtemp.db") };
        await using var ingest = await HostProcess.StartHealthyAsync("TechTemp.Ingest", settings);
        await using var api = await HostProcess.StartHealthyAsync("TechTemp.Api", settings);
        await PublishAsync(broker, 1);
        await StoredAsync(ingest, api.Http, 1);

        disk.Fill();
        await PublishAsync(broker, 5_000);
        await FailsAsync(ingest);
        var before = await CountAsync(api.Http);
        disk.Free();

        await StoredAsync(ingest, api.Http, 5_000);
        Assert.InRange(before, 1, 4_999);
    }

    [Fact]
    public async Task Standalone_acknowledges_nothing_while_its_store_is_gone()
    {
        await using var run = await Standalone.StandaloneRun.StartAsync();
        using var folder = new TempFolder();
        var path = run.Host.Settings["DB_PATH"];
        Assert.Equal(0, await run.TryPublishAsync(SampleReading.Topic(Device), SampleReading.Payload()));
        File.Move(path, folder.File("away.db"));

        await using var waiting = run.Client.StartPublishing(SampleReading.Topic(Device));
        await waiting.PublishAsync(SampleReading.Payload(SampleReading.Ts + 1));
        var completed = waiting.CompleteAsync();
        await FailsAsync(run.Host);
        Assert.False(completed.IsCompleted);
        Assert.Equal(503, (await run.Http.GetAsync("/api/v1/readings/latest")).Status);

        File.Move(folder.File("away.db"), path);
        await completed;
        Assert.Equal(2, await CountAsync(run.Http));
        await run.Host.HealthAsync(health => health.Status == 200, "ok again");
    }

    // Counted from zero each time: what was published before is a duplicate.
    private static async Task PublishAsync(MosquittoProcess broker, int count)
    {
        await using var publisher = broker.Client.StartPublishing(SampleReading.Topic(Device));
        for (var i = 0; i < count; i++)
        {
            await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
        }

        await publisher.CompleteAsync();
    }

    private static async Task FailsAsync(HostProcess host)
    {
        var start = Stopwatch.GetTimestamp();
        var health = await host.HealthAsync(health => health.Status == 503, "failed");
        Assert.Contains("store", health.Body, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(start) < s_bound, "too late");
    }

    private static async Task StoredAsync(HostProcess ingest, ApiClient api, int count)
    {
        await Eventually.ResultAsync(() => CountAsync(api), stored => stored == count, $"{count} readings are stored", details: () => ingest.Output);
        await ingest.HealthAsync(health => health.Status == 200, "ok");
    }

    private static async Task<int> CountAsync(ApiClient api)
    {
        var answer = await api.GetAsync($"/api/v1/devices/{Device}/readings?bucket=P1D");
        return answer.Status == 200 ? answer.Data.AsArray().Sum(bucket => (int)bucket!["count"]!) : 0;
    }

    private static async Task<SqliteConnection> LockAsync(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        // Ends with the connection.
        connection.BeginTransaction(deferred: false);
        return connection;
    }
}
