using Microsoft.Data.Sqlite;
using TechTemp.Data.Instances;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Rules.Tests.Support;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Instances;

/// <summary>By what a store is known at the broker, and which sessions may wait there for it.</summary>
public sealed class StoreIdentityTests : IDisposable
{
    private const string BeforeIdentity = "20261125031500_ReadingsInHundredths";

    private readonly TestStore _store = new();
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_store_has_a_random_id_of_its_own_and_keeps_it()
    {
        using var other = new TestStore();
        var (current, _) = await BeginAsync(_store);
        Assert.Matches("^ingest-[0-9a-f]{32}$", current);
        Assert.NotEqual(current, (await BeginAsync(other)).Current);
        _store.Get<StoreSchema>().Migrate();
        Assert.Equal(current, (await BeginAsync(_store)).Current);
    }

    [Fact]
    public async Task A_store_of_a_version_before_may_have_a_session_of_the_plain_client_id()
    {
        using var old = Old();
        Assert.Equal(["ingest"], (await BeginAsync(old)).Former);
        await old.Get<BrokerSessions>().ForgetAsync("ingest", "ingest", Cancel);
        Assert.Empty((await BeginAsync(old)).Former);
    }

    [Fact]
    public async Task A_restore_keeps_the_id_of_the_store_that_it_replaces()
    {
        using var other = new TestStore();
        await BeginAsync(other, "others");
        var before = await BeginAsync(_store);
        other.Get<StoreBackup>().Backup(_folder.File("backup.db"));
        _store.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        var after = await BeginAsync(_store);
        Assert.Equal(before.Current, after.Current);
        Assert.Empty(after.Former);
    }

    [Fact]
    public async Task A_restore_where_there_is_no_store_takes_the_id_of_the_backup()
    {
        using var empty = new TestStore();
        var before = await BeginAsync(_store);
        _store.Get<StoreBackup>().Backup(_folder.File("backup.db"));
        SqliteConnection.ClearPool(new(empty.Connections.ConnectionString));
        File.Delete(empty.Connections.Path);
        empty.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        Assert.Equal(before.Current, (await BeginAsync(empty)).Current);
    }

    [Fact]
    public async Task A_restore_registers_nobody()
    {
        await _store.Get<InstanceRegistry>().RegisterAsync(new() { Uid = "one", Machine = "m", ProcessId = 1 }, Cancel);
        _store.Get<StoreBackup>().Backup(_folder.File("backup.db"));
        _store.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        Assert.Null(await _store.Get<InstanceRegistry>().ReadAsync("", Cancel));
    }

    private static ValueTask<(string Current, IReadOnlyList<string> Former)> BeginAsync(TestStore store, string configured = "ingest") =>
        store.Get<BrokerSessions>().BeginAsync(configured, "", Cancel);

    /// <summary>A store that a version without ids has made, and this one has brought up to date.</summary>
    private static TestStore Old()
    {
        var store = new TestStore();
        store.ReplaceByVersion(BeforeIdentity);
        store.Get<StoreSchema>().Migrate();
        return store;
    }
}
