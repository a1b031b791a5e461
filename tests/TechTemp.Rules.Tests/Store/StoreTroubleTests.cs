using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Storage;
using TechTemp.Rules.Tests.Support;
using TechTemp.Testing;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>What happens to the file while it is in use.</summary>
public sealed class StoreTroubleTests : IDisposable
{
    private readonly TestStore _store = new(("Store:BusyTimeout", "00:00:00.05"));
    private readonly TempFolder _folder = new();

    private string StorePath => _store.Connections.Path;

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_store_that_was_removed_takes_and_answers_nothing()
    {
        _store.Write(Reading(_store.Now));
        Assert.Single(Latest());
        File.Delete(StorePath);

        for (var i = 0; i < 2; i++)
        {
            Assert.ThrowsAny<StoreException>(() => _store.Write(Reading(_store.Now + 1)));
            Assert.ThrowsAny<StoreException>(() => Latest());
            Assert.ThrowsAny<StoreException>(() => _store.Readings());
            Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());
        }

        Assert.False(File.Exists(StorePath));
    }

    [Fact]
    public async Task A_store_that_was_moved_away_and_comes_back_has_lost_nothing()
    {
        _store.Write(Reading(_store.Now));
        File.Move(StorePath, _folder.File("away.db"));
        Assert.ThrowsAny<StoreException>(() => _store.Write(Reading(_store.Now + 1)));
        Assert.ThrowsAny<StoreException>(() => Latest());

        File.Move(_folder.File("away.db"), StorePath);
        Assert.Equal([OutcomeKind.Stored], _store.Write(Reading(_store.Now + 1)).Outcomes.Select(o => o.Kind));
        Assert.Equal(2, _store.Readings().Count);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
        AssertSound(2);
    }

    [Fact]
    public async Task A_store_that_was_removed_is_back_when_it_is_restored()
    {
        _store.Write(Reading(_store.Now));
        var backup = Backup();
        _store.Write(Enumerable.Range(1, 500).Select(i => Reading(_store.Now + i)).ToList());
        Latest();
        File.Delete(StorePath);
        Assert.ThrowsAny<StoreException>(() => _store.Write(Reading(_store.Now + 1)));

        _store.Get<StoreRestore>().Restore(backup, _ => true);
        Assert.Equal([OutcomeKind.Stored], _store.Write(Reading(_store.Now + 1)).Outcomes.Select(o => o.Kind));
        Assert.Equal(_store.Now + 1, Latest().Single().Ts);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
        AssertSound(2);
    }

    [Theory]
    [InlineData("writer")]
    [InlineData("queries")]
    [InlineData("context")]
    [InlineData("after a failure")]
    public void Another_store_in_its_place_is_used_and_not_mixed_with_the_log_of_the_first(string first)
    {
        _store.Write(Reading(_store.Now));
        var other = Backup();
        _store.Write(Enumerable.Range(1, 2_000).Select(i => Reading(_store.Now + i)).ToList());
        Latest();
        Assert.Equal(2_001, _store.Readings().Count);
        if (first == "after a failure")
        {
            File.Delete(StorePath);
            Assert.ThrowsAny<StoreException>(() => _store.Write(Reading(_store.Now + 1)));
            Assert.ThrowsAny<StoreException>(() => _store.Readings());
        }

        File.Move(other, StorePath, overwrite: true);
        switch (first)
        {
            case "writer":
                Write(Reading(_store.Now));
                break;
            case "queries":
                Assert.Equal(_store.Now, Latest().Single().Ts);
                break;
            case "context":
                Assert.Single(_store.Readings());
                break;
        }

        Write(Reading(_store.Now + 3));
        Assert.Equal([_store.Now, _store.Now + 3], _store.Readings().Select(r => r.Ts));
        Assert.Equal(_store.Now + 3, Latest().Single().Ts);
        AssertSound(2);
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(StorePath)!, "*.replaced-*-wal"));
    }

    [Fact]
    public void A_connection_that_notices_late_leaves_the_log_of_the_new_store_in_place()
    {
        _store.Write(Reading(_store.Now));
        var other = Backup();
        using (var restored = _store.Connections.Unpooled(other).Open())
        {
            restored.Execute("PRAGMA journal_mode = WAL;");
        }

        // It comes from the pool before the store is replaced, and is set up afterwards, as when two threads open connections.
        using var late = new SqliteConnection(_store.Connections.ConnectionString);
        late.Open();
        File.Move(other, StorePath, overwrite: true);
        Write(Reading(_store.Now + 1));

        // A log that is set aside now would have another name than the first one.
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        _store.Connections.ConnectionOpened(late, null!);

        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(StorePath)!, "*.replaced-*-wal"));
        AssertSound(2);
    }

    [Fact]
    public async Task A_full_disk_takes_nothing_and_all_when_it_has_room_again()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 4);
        using var store = new TestStore(("Store:Path", disk.File("techtemp.db")));
        store.Write(Reading(store.Now));
        disk.Fill();
        var batch = Enumerable.Range(1, 3_000).Select(i => Reading(store.Now + i)).ToList();
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAnyAsync<StoreException>(() => store.Writer.WriteAsync(batch, TestContext.Current.CancellationToken));
        }

        Assert.Single(store.Readings());
        disk.Free();
        await store.Writer.WriteAsync(batch, TestContext.Current.CancellationToken);
        Assert.Equal(3_001, store.Readings().Count);
        using var connection = store.Connections.Open();
        Assert.Equal("ok", connection.ScalarText("PRAGMA integrity_check;"));
    }

    [Fact]
    public async Task A_connection_from_a_time_when_the_disk_was_read_only_is_not_kept()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 4);
        using var store = new TestStore(("Store:Path", disk.File("techtemp.db")));
        store.Write(Reading(store.Now));
        // The log goes with the last connection that could write.
        store.Writer.Dispose();
        SqliteConnection.ClearPool(new(store.Connections.ConnectionString));
        await disk.SetReadOnlyAsync(true);
        Assert.ThrowsAny<StoreException>(() => store.Write(Reading(store.Now + 1)));
        Assert.ThrowsAny<StoreException>(() => store.Execute("DELETE FROM readings;"));

        await disk.SetReadOnlyAsync(false);
        store.Execute("UPDATE readings SET humidity = 1;");
        store.Write(Reading(store.Now + 1));
        Assert.Equal(2, store.Readings().Count);
    }

    [Fact]
    public async Task A_write_that_takes_too_long_is_told_before_it_fails()
    {
        var state = _store.Get<StoreState>();
        state.WriteBegins();
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
        _store.Time.Advance(StoreState.LongWrite + TimeSpan.FromMilliseconds(1));
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());
        state.WriteEnds();
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    [Fact]
    public async Task A_failure_that_nobody_renews_is_forgotten()
    {
        using (var other = _store.Connections.Open())
        using (other.BeginTransaction(deferred: false))
        {
            Assert.ThrowsAny<StoreException>(() => _store.Write(Reading(_store.Now)));
        }

        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());
        _store.Time.Advance(StoreState.FailureIsNews);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    // The first batch may find a connection that does not know yet.
    private void Write(IncomingMessage message)
    {
        try
        {
            _store.Write(message);
        }
        catch (StoreException)
        {
            _store.Write(message);
        }
    }

    private IReadOnlyList<LatestReading> Latest() => _store.Get<LatestQueries>().Read();

    private async Task<HealthStatus> HealthAsync() =>
        (await _store.Get<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries[StoreState.CheckName].Status;

    private string Backup()
    {
        var file = _folder.File("backup.db");
        _store.Get<StoreBackup>().Backup(file);
        return file;
    }

    private void AssertSound(long readings)
    {
        using var connection = _store.Connections.Open();
        Assert.Equal("ok", connection.ScalarText("PRAGMA integrity_check;"));
        Assert.Equal(readings, connection.ScalarLong("SELECT count(*) FROM readings;"));
    }
}
