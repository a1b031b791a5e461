using TechTemp.Data.Copying;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Rules.Tests.Contract;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Copying;

/// <summary>A store is copied into another one, of any provider.</summary>
[Collection(PostgresTests.Name)]
public sealed class CopyTests(PostgresDatabase postgres) : IDisposable
{
    private static readonly string[] s_notCopied = ["ingest_instance", "store_identity", "__EFMigrationsHistory"];

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_that_is_copied_to_PostgreSQL_and_back_is_equal_to_the_last_bit()
    {
        await using var source = await FilledAsync();
        await using var server = await CopiedStore.PostgresAsync(postgres);
        await using var back = Sqlite("back");
        var content = await source.ContentAsync();

        var there = await source.CopyToAsync(server);
        Assert.True(there is { IsFinished: true, Devices: 3, Readings: 11_331 }, there.ToString());
        Assert.Equal(content, await server.ContentAsync());
        Assert.True((await server.CopyToAsync(back)).IsFinished);
        Assert.Equal(content, await back.ContentAsync());
        Assert.Equal(await source.UidAsync(), await server.UidAsync());
        Assert.Equal(await source.UidAsync(), await back.UidAsync());
        // The way back may also end in the file from which it began.
        Assert.True((await server.CopyToAsync(source)).IsFinished);
        Assert.Equal(content, await source.ContentAsync());
    }

    [Fact]
    public async Task New_rows_of_a_copy_get_numbers_that_the_source_has_never_given()
    {
        await using var source = await FilledAsync();
        await using var server = await CopiedStore.PostgresAsync(postgres);
        await using var back = Sqlite("back");
        await source.CopyToAsync(server);
        await server.CopyToAsync(back);
        foreach (var copy in new[] { server, back })
        {
            await copy.WriteAsync("new", CopiedStore.Begin);
            Assert.Equal([5L], await copy.Sql.QueryAsync("SELECT id FROM devices WHERE uid = 'new';", row => row.GetInt64(0), Cancel));
            await copy.ExecuteAsync("INSERT INTO rejected_messages (received_at, topic, is_held, payload, digest, payload_size, reason, detail) SELECT 1, 't', is_held, payload, digest, 3, 'r', 'new' FROM rejected_messages WHERE id = 1;");
            Assert.Equal([251L], await copy.Sql.QueryAsync("SELECT id FROM rejected_messages WHERE detail = 'new';", row => row.GetInt64(0), Cancel));
        }
    }

    [Fact]
    public async Task A_copy_that_is_interrupted_after_any_step_goes_on_when_it_is_started_again()
    {
        await using var source = await FilledAsync();
        await using var server = await CopiedStore.PostgresAsync(postgres);
        await using var back = Sqlite("back");
        var random = new Random(16);
        foreach (var (from, to) in new[] { (source, server), (server, back) })
        {
            var (finished, interruptions) = (false, 0);
            for (var run = 1; !finished; run++)
            {
                var left = random.Next(run) + 1;
                try
                {
                    finished = (await from.CopyToAsync(to, _ => ThrowAt(--left))).IsFinished;
                }
                catch (InterruptedException)
                {
                    interruptions++;
                    Assert.Equal(await from.UidAsync() + "-copying", await to.UidAsync());
                }
            }

            Assert.True(interruptions > 3, $"{interruptions} interruptions");
            Assert.Equal(await from.ContentAsync(), await to.ContentAsync());
        }
    }

    [Fact]
    public async Task A_repeated_copy_takes_what_has_changed()
    {
        await using var source = await FilledAsync();
        await using var server = await CopiedStore.PostgresAsync(postgres);
        await source.CopyToAsync(server);

        await source.SealAsync();
        await source.WriteAsync("s1", CopiedStore.Begin + 77, CopiedStore.Begin + (20 * PageKey.Day));
        await source.Get<ReadingRemoval>().RemoveAsync("s1", CopiedStore.Begin + (10 * CopiedStore.Minute), CopiedStore.Begin + (500 * CopiedStore.Minute));
        await source.Get<ReadingRemoval>().RemoveDeviceAsync(3);
        await source.ExecuteAsync(
            "DELETE FROM placements WHERE device_id = 2;",
            "UPDATE placements SET to_ts = 300 WHERE device_id = 1 AND to_ts IS NULL;",
            "DELETE FROM placements WHERE room_id = 1;",
            "DELETE FROM rooms WHERE uid = 'kitchen';",
            "INSERT INTO rooms (uid, name, created_at) VALUES ('kitchen', 'New', 9);",
            "INSERT INTO placements (device_id, room_id, from_ts, to_ts) VALUES (1, 3, 300, NULL);",
            "DELETE FROM calibrations WHERE from_ts = 7;",
            "DELETE FROM sequence_gaps WHERE first = 3;",
            "UPDATE held_drops SET count = 8 WHERE device_uid = 'x';",
            "DELETE FROM rejected_messages WHERE id < 120;",
            "DELETE FROM kept_messages WHERE client_id = 'a';");
        await source.WriteAsync("s3", CopiedStore.Begin + 5);

        Assert.True((await source.CopyToAsync(server)).IsFinished);
        Assert.Equal(await source.ContentAsync(), await server.ContentAsync());
        await foreach (var found in server.Get<PageVerification>().VerifyAsync(Cancel))
        {
            Assert.Empty(found.Wrong);
        }
    }

    [Fact]
    public async Task A_copy_of_a_store_that_changes_meanwhile_is_right_and_does_not_take_its_place()
    {
        await using var source = await FilledAsync();
        await using var server = await CopiedStore.PostgresAsync(postgres);
        var changes = 0;
        var result = await source.CopyToAsync(server, progress =>
        {
            if (progress is { What: "copying", DevicesDone: 2 } && changes++ == 0)
            {
                source.WriteAsync("s1", CopiedStore.Begin + 99, CopiedStore.Begin + (39 * PageKey.Day)).GetAwaiter().GetResult();
                source.WriteAsync("s4", CopiedStore.Begin + 99).GetAwaiter().GetResult();
            }
        });
        Assert.True(result is { IsFinished: false, Changed: > 1, Differences.Count: 0 }, result.ToString());
        Assert.Equal(await source.UidAsync() + "-copying", await server.UidAsync());

        Assert.True((await source.CopyToAsync(server)).IsFinished);
        Assert.Equal(await source.ContentAsync(), await server.ContentAsync());
        Assert.Equal(await source.UidAsync(), await server.UidAsync());
    }

    [Fact]
    public async Task What_the_target_has_otherwise_is_reported()
    {
        await using var source = await FilledAsync();
        await using var server = await CopiedStore.PostgresAsync(postgres);
        await server.MigrateAsync();
        await server.ExecuteAsync(
            "CREATE FUNCTION warm() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.temperature := NEW.temperature + 0.000001; RETURN NEW; END';",
            "CREATE TRIGGER warm BEFORE INSERT ON readings FOR EACH ROW WHEN (NEW.device_id = 2) EXECUTE FUNCTION warm();",
            "CREATE FUNCTION short() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';",
            "CREATE TRIGGER short BEFORE INSERT ON held_drops FOR EACH ROW WHEN (NEW.device_uid = 'X') EXECUTE FUNCTION short();");
        var result = await source.CopyToAsync(server);
        Assert.Equal([$"s2 {DateTimeOffset.FromUnixTimeMilliseconds(CopiedStore.Begin + (3 * PageKey.Day)):yyyy-MM-dd}", "held_drops"], result.Differences.Select(d => d.What));
        Assert.False(result.IsFinished);
        Assert.Equal(await source.UidAsync() + "-copying", await server.UidAsync());
    }

    [Fact]
    public async Task A_target_that_is_no_earlier_copy_is_refused_and_not_changed()
    {
        await using var source = await FilledAsync();
        await using var other = await Sqlite("other").MigrateAsync();
        await other.WriteAsync("s9", CopiedStore.Begin);
        var content = await other.ContentAsync();
        await RefusedAsync(source, other, "has content");
        Assert.Equal(content, await other.ContentAsync());

        await using var used = await Sqlite("used").MigrateAsync();
        await used.ExecuteAsync("INSERT INTO broker_sessions (client_id) VALUES ('ingest-1');");
        await RefusedAsync(source, used, "has content");
    }

    [Fact]
    public async Task A_copy_that_was_used_by_itself_is_refused()
    {
        await using var source = await FilledAsync();
        await using var seen = Sqlite("seen");
        await source.CopyToAsync(seen);
        await seen.WriteAsync("s1", CopiedStore.Begin + (39 * PageKey.Day));
        var content = await seen.ContentAsync();
        await RefusedAsync(source, seen, "s1 has been seen there later");
        Assert.Equal(content, await seen.ContentAsync());
        Assert.Equal(await source.UidAsync(), await seen.UidAsync());

        await using var more = await CopiedStore.PostgresAsync(postgres);
        await source.CopyToAsync(more);
        await more.WriteAsync("new", CopiedStore.Begin);
        await RefusedAsync(source, more, "devices has a row that this store never had");
        // The other way round it is right.
        Assert.True((await more.CopyToAsync(source)).IsFinished);
        Assert.Equal(await more.ContentAsync(), await source.ContentAsync());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("w0", "-w0")]
    public async Task An_ingest_that_ran_on_an_unfinished_copy_makes_it_refused(string worker, string suffix)
    {
        await using var source = await FilledAsync();
        await using var early = Sqlite("early");
        await Assert.ThrowsAsync<InterruptedException>(() => source.CopyToAsync(early, _ => ThrowAt(0)));
        var (client, former) = await early.Get<Data.Instances.BrokerSessions>().BeginAsync("ingest", worker, Cancel);
        Assert.Equal($"ingest-{await source.UidAsync()}-copying{suffix}", client);
        Assert.Empty(former);
        await RefusedAsync(source, early, "ingest has run there");
        await using var next = Sqlite("next");
        await RefusedAsync(early, next, "unfinished copy");
    }

    [Fact]
    public async Task A_store_is_not_copied_into_itself()
    {
        await using var source = await FilledAsync();
        await RefusedAsync(source, source, "this store itself");
        File.CreateSymbolicLink(_folder.File("link"), _folder.Path);
        await using var link = new CopiedStore($"Data Source={_folder.File("link/source.db")}");
        await RefusedAsync(source, link, "this store itself");

        await using var server = await CopiedStore.PostgresAsync(postgres);
        await server.MigrateAsync();
        await using var again = new CopiedStore(server.ConnectionString.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        await RefusedAsync(server, again, "this store itself");
        Assert.Empty(await server.ContentAsync());
    }

    [Fact]
    public async Task Every_table_and_column_is_copied_or_known_not_to_be()
    {
        await using var server = await CopiedStore.PostgresAsync(postgres);
        await server.MigrateAsync();
        var columns = await server.Sql.QueryAsync(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE';",
            row => (Table: row.GetString(0), Column: row.GetString(1)), Cancel);
        Assert.Equal(CopiedTable.AllNames.Concat(s_notCopied).Order(StringComparer.Ordinal), columns.Select(c => c.Table).Distinct().Order(StringComparer.Ordinal));
        foreach (var table in CopiedTable.Others.Concat(CopiedTable.OfDevice).Concat([CopiedTable.Devices, CopiedTable.Rooms, CopiedTable.BrokerSessions]))
        {
            Assert.Equal(columns.Where(c => c.Table == table.Name).Select(c => c.Column).Order(StringComparer.Ordinal), table.Columns.Select(c => c.Name).Order(StringComparer.Ordinal));
        }

        Assert.Equal(["device_id", "humidity", "more", "source", "temperature", "ts"], columns.Where(c => c.Table == "readings").Select(c => c.Column).Order(StringComparer.Ordinal));
        Assert.Equal(["body", "head", "id", "quarters"], columns.Where(c => c.Table == "pages").Select(c => c.Column).Order(StringComparer.Ordinal));
    }

    private static void ThrowAt(int left)
    {
        if (left <= 0)
        {
            throw new InterruptedException();
        }
    }

    private static async Task RefusedAsync(CopiedStore source, CopiedStore target, string why) =>
        Assert.Contains(why, (await Assert.ThrowsAsync<StoreException>(() => source.CopyToAsync(target))).Message, StringComparison.Ordinal);

    private CopiedStore Sqlite(string name) => new($"Data Source={_folder.File($"{name}.db")}");

    private async Task<CopiedStore> FilledAsync()
    {
        var store = await Sqlite("source").MigrateAsync();
        await store.FillAsync();
        return store;
    }

    private sealed class InterruptedException : Exception;
}
