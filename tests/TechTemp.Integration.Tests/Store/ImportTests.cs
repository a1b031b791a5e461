using Microsoft.Data.Sqlite;

namespace TechTemp.Integration.Tests.Store;

/// <summary>The verb <c>import</c>, with the other programs at work. What it takes over and what not is tested in TechTemp.Rules.Tests.</summary>
public sealed class ImportTests : IDisposable
{
    private const int Rows = 60_000;
    private readonly TempFolder _folder = new();

    private string OldPath => _folder.File("old.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Years_of_readings_are_taken_over_while_ingest_goes_on()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        MakeOldFile();
        await using var publisher = stack.Broker.Client.StartPublishing(SampleReading.Topic("live"));
        var import = RunAsync("TechTemp.Ingest", stack.Settings);
        var published = 0;
        for (; !import.IsCompleted || published == 0; published++)
        {
            await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + published));
            await Eventually.TrueAsync(async () => await stack.CountAsync("live") > 0, "ingest stores");
        }

        Assert.Contains($"{Rows:N0} stored, 0 duplicates, 1 not taken over.", await import, StringComparison.Ordinal);
        await publisher.CompleteAsync();
        await Eventually.TrueAsync(async () => await stack.CountAsync("live") == published, "every reading that was published meanwhile is stored");
        Assert.Equal("salon", (string?)(await stack.Http.DataAsync("/api/v1/devices/old-1"))["room"]!["uid"]);
        Assert.Equal(Rows, (await stack.Http.DataAsync("/api/v1/rooms/salon/readings?bucket=P30D")).AsArray().Sum(b => (int)b!["count"]!));
        Assert.Contains($"0 stored, {Rows:N0} duplicates, 1 not taken over.", await RunAsync("TechTemp.Ingest", stack.Settings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standalone_makes_its_store_of_an_old_file()
    {
        MakeOldFile();
        Dictionary<string, string> settings = new() { ["DB_PATH"] = _folder.File("new/techtemp.db") };
        Assert.Contains($"{Rows:N0} stored", await RunAsync("TechTemp.Standalone", settings), StringComparison.Ordinal);
        Assert.Equal("salon", Assert.Single(StoreFile.Placements(settings["DB_PATH"], "old-1")).Room);
    }

    [Fact]
    public async Task What_is_not_the_old_servers_file_is_said_in_one_line_with_exit_code_1()
    {
        Dictionary<string, string> settings = new() { ["DB_PATH"] = _folder.File("new/techtemp.db") };
        Assert.Contains("There is no file", await Verbs.FailAsync("TechTemp.Ingest", settings, "import", OldPath), StringComparison.Ordinal);
        await File.WriteAllTextAsync(OldPath, new string('x', 5_000), TestContext.Current.CancellationToken);
        Assert.Contains("not a SQLite database", await Verbs.FailAsync("TechTemp.Ingest", settings, "import", OldPath), StringComparison.Ordinal);
        Assert.Contains("'import' needs an argument: import <file>", await Verbs.FailAsync("TechTemp.Ingest", settings, "import"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("new")));
    }

    private async Task<string> RunAsync(string program, IReadOnlyDictionary<string, string> settings)
    {
        await using var process = HostProcess.Start(program, settings, "import", OldPath);
        Assert.True(await process.ExitAsync(TimeSpan.FromMinutes(2)) == 0, process.Error);
        return process.Output;
    }

    private void MakeOldFile()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = OldPath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            CREATE TABLE rooms (id INTEGER PRIMARY KEY, uid TEXT, name TEXT, floor TEXT, side TEXT);
            CREATE TABLE devices (id INTEGER PRIMARY KEY, uid TEXT, label TEXT, model TEXT, created_at DATETIME);
            CREATE TABLE device_room_placements (device_id INTEGER, room_id INTEGER, from_ts DATETIME, to_ts DATETIME);
            CREATE TABLE readings_raw (device_id INTEGER, room_id INTEGER, ts DATETIME, temperature REAL, humidity REAL, source TEXT, PRIMARY KEY (device_id, ts));
            INSERT INTO rooms VALUES (1, 'salon', 'Salon', NULL, NULL);
            INSERT INTO devices VALUES (1, 'old-1', 'Sensor', NULL, '2023-11-14 22:00:00');
            INSERT INTO device_room_placements VALUES (1, 1, '2023-11-14T22:00:00.000Z', NULL);
            INSERT INTO readings_raw VALUES (1, 1, '2023-11-14T22:00:00.000Z', NULL, NULL, 'mqtt');
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $rows - 1)
            INSERT INTO readings_raw SELECT 1, 1, strftime(iif(i % 2, '%Y-%m-%dT%H:%M:%S.000Z', '%Y-%m-%d %H:%M:%S'), 1700000000 + i * 300, 'unixepoch'), 20 + i % 10, 50, 'mqtt' FROM n;
            """;
        command.Parameters.AddWithValue("$rows", Rows);
        command.ExecuteNonQuery();
    }
}
