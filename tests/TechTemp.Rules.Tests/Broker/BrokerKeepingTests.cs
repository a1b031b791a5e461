using Microsoft.Data.Sqlite;
using TechTemp.Data.Broker;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Broker;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Broker;

/// <summary>What the store keeps of an embedded broker.</summary>
public sealed class BrokerKeepingTests : IDisposable
{
    private readonly TestStore _store = new(("Store:BusyTimeout", "00:00:00.05"));
    private readonly TempFolder _folder = new();

    private BrokerKeeping Keeping => _store.Get<BrokerKeeping>();

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_is_saved_is_loaded_as_it_was()
    {
        Keeping.Save(Everything());
        AssertEverything(Keeping.Load(_store.Now));
        AssertEverything(Keeping.Load(_store.Now));
    }

    [Fact]
    public void Nothing_is_loaded_from_a_store_of_which_no_broker_has_kept_anything()
    {
        Keeping.Save(new());
        Assert.True(new KeptBrokerChanges().IsEmpty);
        Assert.False(Everything().IsEmpty);
        Assert.Empty(All(Keeping.Load(_store.Now)));
    }

    [Fact]
    public void What_is_saved_again_replaces_what_was_there_and_what_is_cleared_or_done_is_gone()
    {
        Keeping.Save(Everything());
        Keeping.Save(Everything());
        AssertEverything(Keeping.Load(_store.Now));

        Keeping.Save(new()
        {
            ClearedTopics = { "home/a/sensors/1/status", "never/there" },
            Sessions = { new("phone", null, [7], _store.Now + 5) },
            Retained = { new("ü/客厅", [8], 99_000_000_000_000) },
            DoneMessages = { ("phone", 2), ("phone", 3) },
        });
        Assert.Equal(
            [
                "ü/客厅 08 99000000000000", $"phone () 07 {_store.Now + 5}", "tablet (ann)  never", "phone 9 03 never", "phone 10 04 never",
                $"tablet {long.MaxValue} 05 never",
            ],
            All(Keeping.Load(_store.Now)));
    }

    [Fact]
    public void A_message_that_was_queued_and_is_done_within_the_same_changes_is_gone()
    {
        Keeping.Save(new() { Sessions = { new("c", null, [1], null) }, Messages = { new("c", 1, [1], null), new("c", 2, [2], null) }, DoneMessages = { ("c", 1) } });
        Assert.Equal(["c () 01 never", "c 2 02 never"], All(Keeping.Load(_store.Now)));
    }

    [Fact]
    public void What_has_expired_is_neither_loaded_nor_kept()
    {
        var now = _store.Now;
        Keeping.Save(new()
        {
            Retained = { new("gone", [1], now), new("there", [2], now + 1) },
            Sessions = { new("gone", null, [3], now), new("there", null, [4], now + 1) },
            Messages = { new("gone", 1, [5], null), new("there", 1, [6], now), new("there", 2, [7], now + 1) },
        });
        string[] left = [$"there 02 {now + 1}", $"there () 04 {now + 1}", $"there 2 07 {now + 1}"];
        var loaded = Keeping.Load(now);
        Assert.Equal(left, All(loaded));
        Assert.Equal(0, loaded.Dropped);
        Assert.Equal((1L, 1L, 1L), Rows());
        Assert.Empty(All(Keeping.Load(now + 1)));
        Assert.Equal((0L, 0L, 0L), Rows());
    }

    [Fact]
    public void A_session_that_ends_takes_its_messages_with_it_and_no_others()
    {
        Keeping.Save(Everything());
        Keeping.Save(new() { EndedSessions = { "phone" } });
        Assert.Equal(["tablet (ann)  never", $"tablet {long.MaxValue} 05 never"], All(Keeping.Load(_store.Now))[2..]);
        Assert.Equal((2L, 1L, 1L), Rows());
    }

    [Fact]
    public void A_session_that_ends_and_begins_again_within_the_same_changes_has_its_new_messages_alone()
    {
        Keeping.Save(Everything());
        Keeping.Save(new()
        {
            EndedSessions = { "phone" },
            Sessions = { new("phone", "bob", [9], null) },
            Messages = { new("phone", 9, [8], null) },
        });
        Assert.Equal(
            ["phone (bob) 09 never", "tablet (ann)  never", "phone 9 08 never", $"tablet {long.MaxValue} 05 never"],
            All(Keeping.Load(_store.Now))[2..]);
    }

    [Fact]
    public void Messages_without_a_session_are_neither_loaded_nor_kept()
    {
        Keeping.Save(new() { Messages = { new("nobody", 1, [1], null) } });
        Assert.Equal((0L, 0L, 1L), Rows());
        var loaded = Keeping.Load(_store.Now);
        Assert.Empty(All(loaded));
        Assert.Equal(0, loaded.Dropped);
        Assert.Equal((0L, 0L, 0L), Rows());
    }

    [Fact]
    public void Changes_that_fail_half_way_change_nothing()
    {
        Keeping.Save(Everything());
        var changes = new KeptBrokerChanges
        {
            EndedSessions = { "phone" },
            ClearedTopics = { "home/a/sensors/1/status" },
            Retained = { new("new", [1], null) },
            Messages = { new("tablet", 1, [1], null), new("tablet", 2, null!, null) },
        };
        Assert.ThrowsAny<StoreException>(() => Keeping.Save(changes));
        AssertEverything(Keeping.Load(_store.Now));
    }

    [Fact]
    public void While_another_process_writes_for_too_long_nothing_changes_and_the_same_changes_can_be_saved_afterwards()
    {
        Keeping.Save(Everything());
        var changes = new KeptBrokerChanges { EndedSessions = { "phone", "tablet" }, ClearedTopics = { "home/a/sensors/1/status" } };
        using (var other = _store.Connections.Open())
        using (other.BeginTransaction(deferred: false))
        {
            Assert.True(Assert.Throws<SqliteStoreException>(() => Keeping.Save(changes)).IsBusy);
            Assert.True(Assert.Throws<SqliteStoreException>(() => Keeping.Load(long.MaxValue)).IsBusy);
        }

        AssertEverything(Keeping.Load(_store.Now));
        Keeping.Save(changes);
        Assert.Equal((1L, 0L, 0L), Rows());
    }

    [Fact]
    public void Of_each_kind_only_what_fits_is_loaded_in_order_and_the_rest_is_deleted_and_counted()
    {
        // 1 byte of text, 935 of a packet: 1,000 bytes a row.
        var packet = new byte[1_000 - BrokerKeeping.RowBytes - 1];
        var changes = new KeptBrokerChanges();
        foreach (var name in new[] { "c", "a", "d", "b" })
        {
            changes.Retained.Add(new(name, packet, null));
            changes.Sessions.Add(new(name, null, packet, null));
        }

        changes.Messages.AddRange([new("a", 2, packet, null), new("a", 1, packet, null), new("b", 1, packet, null), new("b", 2, packet, null), new("d", 1, packet, null)]);
        Keeping.Save(changes);

        var loaded = Keeping.Load(_store.Now, 3_000);
        Assert.Equal(["a", "b", "c"], loaded.Retained.Select(r => r.Topic));
        Assert.Equal(["a", "b", "c"], loaded.Sessions.Select(s => s.ClientId));
        Assert.Equal([("a", 1), ("a", 2), ("b", 1L)], loaded.Messages.Select(m => (m.ClientId, m.Position)));
        Assert.Equal(4, loaded.Dropped);
        Assert.Equal((3L, 3L, 3L), Rows());

        loaded = Keeping.Load(_store.Now, 2_999);
        Assert.Equal((2, 2, 2, 3), (loaded.Retained.Count, loaded.Sessions.Count, loaded.Messages.Count, loaded.Dropped));
        Assert.Equal(0, Keeping.Load(_store.Now, 2_999).Dropped);
    }

    [Fact]
    public void Without_a_limit_named_64_MiB_of_a_kind_are_loaded()
    {
        Keeping.Save(new() { Retained = { new("a", new byte[BrokerKeeping.MostBytes / 2], null), new("b", new byte[BrokerKeeping.MostBytes / 2], null) } });
        var loaded = Keeping.Load(_store.Now);
        Assert.Equal(("a", BrokerKeeping.MostBytes / 2, 1), (Assert.Single(loaded.Retained).Topic, loaded.Retained[0].Publish.LongLength, loaded.Dropped));
    }

    [Fact]
    public void A_restore_keeps_what_the_store_has_and_brings_back_what_is_kept_where_there_is_none()
    {
        Keeping.Save(Everything());
        _store.Get<StoreBackup>().Backup(_folder.File("backup.db"));
        Keeping.Save(new() { EndedSessions = { "phone" }, ClearedTopics = { "ü/客厅" } });
        var present = All(Keeping.Load(_store.Now));
        _store.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        Assert.NotEmpty(present);
        Assert.Equal(present, All(Keeping.Load(_store.Now)));

        using var other = new TestStore();
        SqliteConnection.ClearPool(new(other.Connections.ConnectionString));
        File.Delete(other.Connections.Path);
        other.Get<StoreRestore>().Restore(_folder.File("backup.db"), _ => true);
        AssertEverything(other.Get<BrokerKeeping>().Load(other.Now));
    }

    [Fact]
    public void A_store_of_the_version_before_gets_the_tables_and_keeps_its_readings()
    {
        _store.ReplaceByVersion(
            "20261126013000_InstancesAndHeldMessages",
            "INSERT INTO devices (uid, provisioned, created_at) VALUES ('s1', 0, 0); INSERT INTO readings (device_id, ts, temperature, humidity, source) VALUES (1, 1700000000000, 2150, 5000, 0);");
        Assert.Equal(SchemaState.Outdated, _store.Get<StoreSchema>().Inspect());
        _store.Get<StoreSchema>().Migrate();
        Keeping.Save(Everything());
        AssertEverything(Keeping.Load(_store.Now));
        Assert.Equal(21.5, Assert.Single(_store.Readings()).Temperature);
    }

    [Fact]
    public void Messages_of_a_session_and_sessions_of_messages_are_found_along_their_keys()
    {
        Assert.Equal(["SEARCH kept_messages USING INDEX sqlite_autoindex_kept_messages_1 (client_id=?)"], Plan(BrokerKeeping.DeleteMessagesOfSessionSql));
        Assert.Contains(
            Plan(BrokerKeeping.DeleteMessagesWithoutSessionSql),
            step => step.StartsWith("SEARCH s ", StringComparison.Ordinal) && step.EndsWith("(client_id=?)", StringComparison.Ordinal));
    }

    private static KeptBrokerChanges Everything() => new()
    {
        Retained = { new("home/a/sensors/1/status", [0x30, 0x00, 0xff], null), new("ü/客厅", [1], 99_000_000_000_000) },
        Sessions = { new("tablet", "ann", [], null), new("phone", null, [0x82, 1], 99_000_000_000_001) },
        Messages =
        {
            new("tablet", long.MaxValue, [5], null), new("phone", 10, [4], null), new("phone", 2, [2], 99_000_000_000_002), new("phone", 9, [3], null),
        },
    };

    private static void AssertEverything(KeptBroker loaded)
    {
        Assert.Equal(0, loaded.Dropped);
        Assert.Equal(
            [
                "home/a/sensors/1/status 3000FF never", "ü/客厅 01 99000000000000", "phone () 8201 99000000000001", "tablet (ann)  never",
                "phone 2 02 99000000000002", "phone 9 03 never", "phone 10 04 never", $"tablet {long.MaxValue} 05 never",
            ],
            All(loaded));
    }

    private static List<string> All(KeptBroker kept) =>
    [
        .. kept.Retained.Select(r => $"{r.Topic} {Rest(r.Publish, r.ExpiresAt)}"),
        .. kept.Sessions.Select(s => $"{s.ClientId} ({s.UserName}) {Rest(s.Subscriptions, s.ExpiresAt)}"),
        .. kept.Messages.Select(m => $"{m.ClientId} {m.Position} {Rest(m.Publish, m.ExpiresAt)}"),
    ];

    private static string Rest(byte[] packet, long? expiresAt) => $"{Convert.ToHexString(packet)} {expiresAt?.ToString() ?? "never"}";

    private List<string> Plan(string sql) => _store.Rows($"EXPLAIN QUERY PLAN {sql.Replace("$client_id", "'c'", StringComparison.Ordinal)}", r => r.GetString(3));

    private (long Retained, long Sessions, long Messages) Rows() => Assert.Single(_store.Rows(
        "SELECT (SELECT count(*) FROM kept_retained), (SELECT count(*) FROM kept_sessions), (SELECT count(*) FROM kept_messages);",
        r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2))));
}
