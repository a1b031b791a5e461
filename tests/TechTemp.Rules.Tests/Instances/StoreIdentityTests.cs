using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Instances;
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

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Each_store_has_a_random_id_of_its_own_and_keeps_it()
    {
        using var other = new TestStore();
        Assert.Matches("^ingest-[0-9a-f]{32}$", Begin(_store).Current);
        Assert.NotEqual(Begin(_store).Current, Begin(other).Current);
        _store.Get<StoreSchema>().Migrate();
        Assert.Equal(Begin(_store).Current, Begin(_store).Current);
    }

    [Fact]
    public void A_client_id_that_changes_is_remembered_until_its_session_has_ended()
    {
        var first = Begin(_store);
        Assert.Empty(first.Former);
        var second = Begin(_store, "other");
        Assert.Equal([first.Current], second.Former);
        Assert.Equal([first.Current], Begin(_store, "other").Former);

        _store.Get<BrokerSessions>().Forget(first.Current, "other");
        Assert.Empty(Begin(_store, "other").Former);
        Assert.Equal([second.Current], Begin(_store).Former);
    }

    [Fact]
    public void A_store_of_a_version_before_may_have_a_session_of_the_plain_client_id()
    {
        using var old = Old();
        Assert.Equal(["ingest"], Begin(old).Former);
        old.Get<BrokerSessions>().Forget("ingest", "ingest");
        Assert.Empty(Begin(old).Former);
    }

    [Fact]
    public void A_restore_keeps_the_id_of_the_store_that_it_replaces()
    {
        using var other = new TestStore();
        Begin(other, "others");
        var before = Begin(_store);
        other.Get<StoreBackup>().Backup(_folder.File("backup.db"));
        _store.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        var after = Begin(_store);
        Assert.Equal(before.Current, after.Current);
        Assert.Empty(after.Former);
    }

    [Fact]
    public void A_restore_where_there_is_no_store_takes_the_id_of_the_backup()
    {
        using var empty = new TestStore();
        var before = Begin(_store);
        _store.Get<StoreBackup>().Backup(_folder.File("backup.db"));
        SqliteConnection.ClearPool(new(empty.Connections.ConnectionString));
        File.Delete(empty.Connections.Path);
        empty.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        Assert.Equal(before.Current, Begin(empty).Current);
    }

    [Fact]
    public void A_restore_registers_nobody()
    {
        _store.Get<InstanceRegistry>().Register(new() { Uid = "one", Machine = "m", ProcessId = 1 });
        _store.Get<StoreBackup>().Backup(_folder.File("backup.db"));
        _store.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        Assert.Null(_store.Get<InstanceRegistry>().Read());
    }

    [Fact]
    public void An_instance_answers_for_itself_alone_and_is_replaced_once()
    {
        var registry = _store.Get<InstanceRegistry>();
        registry.Register(new() { Uid = "one", Machine = "m", ProcessId = 1 });
        Assert.Equal(1, registry.Ask("one"));
        registry.Answer("another");
        Assert.Equal((1, 0), (registry.Read()!.Asked, registry.Read()!.Answered));
        registry.Answer("one");
        Assert.Equal(1, registry.Read()!.Answered);

        Assert.True(registry.TryReplace("one", new() { Uid = "two", Machine = "m", ProcessId = 1 }));
        Assert.False(registry.TryReplace("one", new() { Uid = "three", Machine = "m", ProcessId = 1 }));
        Assert.Null(registry.Ask("one"));
        registry.Leave("one");
        Assert.Equal("two", registry.Read()!.Uid);
        registry.Leave("two");
        Assert.Null(registry.Read());
    }

    private static (string Current, IReadOnlyList<string> Former) Begin(TestStore store, string configured = "ingest") =>
        store.Get<BrokerSessions>().Begin(configured);

    /// <summary>A store that a version without ids has made, and this one has brought up to date.</summary>
    private static TestStore Old()
    {
        var store = new TestStore();
        store.ReplaceByVersion(BeforeIdentity);
        store.Get<StoreSchema>().Migrate();
        return store;
    }
}
