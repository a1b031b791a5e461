using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TechTemp.Integration.Tests.Store;

/// <summary>The verbs <c>backup</c> and <c>restore</c>, with the other programs at work.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Ingest = "TechTemp.Ingest";

    private readonly TempFolder _folder = new();

    private string BackupPath => _folder.File("backup.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_is_consistent_while_ingest_writes_and_ingest_goes_on_with_what_is_restored()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        await using var publisher = stack.Broker.Client.StartPublishing(SampleReading.Topic("load"));
        using var enough = new CancellationTokenSource();
        var published = 0;
        var load = Task.Run(
            async () =>
            {
                for (; !enough.IsCancellationRequested; published++)
                {
                    await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + published));
                    if (published % 5 == 0)
                    {
                        // A load, not a flood that queues up in the publisher.
                        await Task.Delay(1);
                    }
                }
            },
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => await stack.CountAsync("load") > 1_000, "the load is on its way");

        var line = await Verbs.RunAsync(Ingest, stack.Settings, "backup", BackupPath);
        Assert.Contains(BackupPath, line, StringComparison.Ordinal);
        var copied = Count(BackupPath);
        await Eventually.TrueAsync(async () => await stack.CountAsync("load") > copied, "ingest has gone on");

        await Verbs.RunAsync(Ingest, stack.Settings, "restore", BackupPath, "--yes");
        await Eventually.TrueAsync(async () => await stack.CountAsync("load") is var count && count > copied && count < published, "ingest goes on after the backup's last reading");
        await enough.CancelAsync();
        await load;
        await publisher.CompleteAsync();
        await Eventually.TrueAsync(() => Newest(stack.StorePath) == SampleReading.Ts + published - 1, "the last reading is stored");

        // In the backup is everything up to a moment; in the restored store this and everything from another moment on.
        Assert.Equal(SampleReading.Ts + copied - 1, Newest(BackupPath));
        var lost = published - await stack.CountAsync("load");
        Assert.InRange(lost, 1, published - copied);
        Assert.Equal(lost, Gap(stack.StorePath));
        Assert.Equal("ok", Text(stack.StorePath, "PRAGMA integrity_check;"));
        Assert.Equal(200, (await stack.Ingest.Http.GetAsync("/health")).Status);
        Assert.Equal(200, (await stack.Http.GetAsync("/health")).Status);
    }

    [Fact]
    public async Task A_restore_that_is_killed_leaves_the_old_store_or_the_new_one()
    {
        const int Old = 10, New = 60_000;
        await using var stack = await ApiOverStore.StartAsync();
        Dictionary<string, string> settings = new(stack.Settings);
        await FillAsync(stack, "new", New);
        await Verbs.RunAsync(Ingest, settings, "backup", BackupPath);
        Assert.Equal(200, (await stack.Http.SendAsync("DELETE", "/api/v1/devices/new?readings=delete")).Status);
        await FillAsync(stack, "old", Old);
        var oldBackup = _folder.File("old.db");
        await Verbs.RunAsync(Ingest, settings, "backup", oldBackup);

        // From the moment when its copy is there: before, it does nothing that could break.
        async Task<HostProcess> BeginAsync()
        {
            var restore = HostProcess.Start(Ingest, settings, "restore", BackupPath, "--yes");
            await Eventually.TrueAsync(() => restore.HasExited || Directory.EnumerateFiles(Folder(settings), "*.restoring-*").Any(), "it has begun");
            return restore;
        }

        TimeSpan whole;
        await using (var restore = await BeginAsync())
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(0, await restore.ExitAsync());
            whole = Stopwatch.GetElapsedTime(start);
        }

        await Verbs.RunAsync(Ingest, settings, "restore", oldBackup, "--yes");
        var restored = 0;
        var random = new Random(4);
        for (var i = 0; i < 8; i++)
        {
            await using (var restore = await BeginAsync())
            {
                // It verifies first and replaces last.
                await Task.Delay(whole * (0.4 + random.NextDouble() * 0.8), TestContext.Current.CancellationToken);
                restore.Kill();
                await restore.ExitAsync();
            }

            var (old, @new) = (await CountAsync(stack, "old"), await CountAsync(stack, "new"));
            Assert.Contains((old, @new), new[] { (Old, 0), (0, New) });
            Assert.Equal("ok", Text(settings["DB_PATH"], "PRAGMA integrity_check;"));
            foreach (var copy in Directory.GetFiles(Folder(settings), "*.restoring-*"))
            {
                File.Delete(copy);
            }

            if (old == 0)
            {
                restored++;
                await Verbs.RunAsync(Ingest, settings, "restore", oldBackup, "--yes");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Of 8 restores killed within {whole.TotalMilliseconds:F0} ms {restored} had replaced the store.");
    }

    [Fact]
    public async Task Standalone_has_the_verbs_too()
    {
        await using var run = await Standalone.StandaloneRun.StartAsync();
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());
        await Verbs.RunAsync("TechTemp.Standalone", run.Host.Settings, "backup", BackupPath);
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + 1));
        await Verbs.RunAsync("TechTemp.Standalone", run.Host.Settings, "restore", BackupPath, "--yes");

        Assert.Equal([SampleReading.TsText], (await run.Http.DataAsync("/api/v1/devices/s1/readings")).AsArray().Select(r => (string?)r!["ts"]));
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + 2));
        Assert.Equal(2, (await run.Http.DataAsync("/api/v1/devices/s1/readings")).AsArray().Count);
    }

    [Fact]
    public async Task A_restore_makes_the_store_of_a_new_machine()
    {
        await using var stack = await ApiOverStore.StartAsync();
        await FillAsync(stack, "s1", 3);
        await Verbs.RunAsync(Ingest, stack.Settings, "backup", BackupPath);

        Dictionary<string, string> settings = new(stack.Settings) { ["DB_PATH"] = _folder.File("new/techtemp.db") };
        await Verbs.RunAsync(Ingest, settings, "restore", BackupPath, "--yes");
        Assert.Equal(3, Count(settings["DB_PATH"]));
    }

    [Fact]
    public async Task A_restore_without_a_terminal_needs_yes_says_what_it_replaces_and_is_logged_by_the_running_programs()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());
        await Eventually.TrueAsync(async () => await stack.CountAsync("s1") == 1, "the first is stored");
        await Verbs.RunAsync(Ingest, stack.Settings, "backup", BackupPath);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + 1));
        await Eventually.TrueAsync(async () => await stack.CountAsync("s1") == 2, "the second is stored");

        var refusal = await Verbs.FailAsync(Ingest, stack.Settings, "restore", BackupPath);
        Assert.Contains($"This replaces the store '{stack.StorePath}' (2 readings of 1 devices", refusal, StringComparison.Ordinal);
        Assert.Contains($"by '{BackupPath}' (1 readings of 1 devices", refusal, StringComparison.Ordinal);
        Assert.Contains("needs --yes", refusal, StringComparison.Ordinal);
        Assert.Equal(2, await stack.CountAsync("s1"));

        var line = await Verbs.RunAsync(Ingest, stack.Settings, "restore", BackupPath, "--yes");
        var kept = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(stack.StorePath)!, "*.before-restore-*"));
        Assert.Contains(kept, line, StringComparison.Ordinal);
        Assert.Equal(2, Count(kept));
        Assert.Equal(1, await stack.CountAsync("s1"));
        await Eventually.TrueAsync(() => stack.Ingest.Output.Contains("was replaced by a restore", StringComparison.Ordinal), "ingest logs it");
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_one_line_with_exit_code_1()
    {
        var store = _folder.File("techtemp.db");
        Dictionary<string, string> settings = new() { ["DB_PATH"] = store };
        Assert.Contains(store, await Verbs.FailAsync(Ingest, settings, "backup", BackupPath), StringComparison.Ordinal);
        Assert.Contains(BackupPath, await Verbs.FailAsync(Ingest, settings, "restore", BackupPath, "--yes"), StringComparison.Ordinal);
        Assert.Contains("backup <file>", await Verbs.FailAsync(Ingest, settings, "backup"), StringComparison.Ordinal);
        Assert.Contains("backup <file>, restore <file>", await Verbs.FailAsync(Ingest, settings, "save", BackupPath), StringComparison.Ordinal);
        Assert.Contains("Unexpected argument 'backup'", await Verbs.FailAsync("TechTemp.Api", settings, "backup", BackupPath), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private static string Folder(Dictionary<string, string> settings) => Path.GetDirectoryName(settings["DB_PATH"])!;

    private static async Task FillAsync(ApiOverStore stack, string device, int count)
    {
        foreach (var part in Enumerable.Range(0, count).Select(i => (SampleReading.Text(SampleReading.Ts + i), 20.0, 50.0)).Chunk(10_000))
        {
            await stack.StoreAsync(device, part);
        }
    }

    private static async Task<int> CountAsync(ApiOverStore stack, string device)
    {
        var answer = await stack.Http.GetAsync($"/api/v1/devices/{device}/readings?bucket=P1D");
        return answer.Status == 404 ? 0 : answer.Data.AsArray().Sum(bucket => (int)bucket!["count"]!);
    }

    private static int Count(string path) => int.Parse(Text(path, "SELECT count(*) FROM readings;"), CultureInfo.InvariantCulture);

    private static long Newest(string path) => long.Parse(Text(path, "SELECT max(ts) FROM readings;"), CultureInfo.InvariantCulture);

    // How many are missing between the first and the last, where they were one a millisecond.
    private static int Gap(string path) => int.Parse(Text(path, "SELECT max(ts) - min(ts) + 1 - count(*) FROM readings;"), CultureInfo.InvariantCulture);

    private static string Text(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }
}
