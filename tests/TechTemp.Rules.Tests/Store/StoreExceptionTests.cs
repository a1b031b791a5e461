using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Rooms;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>What fails in SQLite leaves the store as a <see cref="StoreException"/>, by prepared SQL and by EF Core alike.</summary>
public sealed class StoreExceptionTests : IDisposable
{
    // An abs() of the smallest integer fails, and not before its row is read.
    private const string FailsInTheSecondRow = "SELECT abs(column1) AS Value FROM (VALUES (1), (-9223372036854775808))";

    private readonly TestStore _store = new(("Store:BusyTimeout", "00:00:00.05"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_lock_that_another_process_holds_is_transient()
    {
        using var context = Context();
        context.Rooms.Add(Room("a"));
        using (var other = _store.Connections.Open())
        using (other.BeginTransaction(deferred: false))
        {
            Assert.True(Assert.ThrowsAny<StoreException>(() => _store.Write(Reading(_store.Now))).IsTransient);
            Assert.True(Assert.ThrowsAny<StoreException>(() => context.SaveChanges()).IsTransient);
            Assert.True((await Assert.ThrowsAnyAsync<StoreException>(() => context.SaveChangesAsync(Cancel))).IsTransient);
            Assert.True((await Assert.ThrowsAnyAsync<StoreException>(() => context.Database.BeginTransactionAsync(Cancel))).IsTransient);
            Assert.True((await Assert.ThrowsAnyAsync<StoreException>(() => context.Rooms.ExecuteDeleteAsync(Cancel))).IsTransient);
        }

        await context.SaveChangesAsync(Cancel);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_transient()
    {
        _store.Write(Reading(_store.Now));
        using var context = Context();
        File.Delete(_store.Connections.Path);
        Assert.True(Assert.ThrowsAny<StoreException>(() => _store.Readings()).IsTransient);
        Assert.True((await Assert.ThrowsAnyAsync<StoreException>(() => context.Rooms.ToListAsync(Cancel))).IsTransient);
    }

    [Fact]
    public async Task A_broken_constraint_is_not_transient()
    {
        using var context = Context();
        context.Rooms.AddRange(Room("a"), Room("a"));
        Assert.False((await Assert.ThrowsAnyAsync<StoreException>(() => context.SaveChangesAsync(Cancel))).IsTransient);
        Assert.False(Assert.ThrowsAny<StoreException>(() => context.SaveChanges()).IsTransient);
        Assert.False(Assert.ThrowsAny<StoreException>(() => _store.Execute("INSERT INTO rooms (uid, name) VALUES ('a', NULL);")).IsTransient);
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_fails_like_its_command()
    {
        using var context = Context();
        Assert.ThrowsAny<StoreException>(() => context.Database.SqlQueryRaw<long>(FailsInTheSecondRow).ToList());
        await Assert.ThrowsAnyAsync<StoreException>(() => context.Database.SqlQueryRaw<long>(FailsInTheSecondRow).ToListAsync(Cancel));
        using var connection = _store.Connections.Open();
        using var command = connection.Prepare(FailsInTheSecondRow);
        using var rows = command.Rows();
        Assert.True(rows.Read());
        Assert.Equal(1, rows.GetInt64(0));
        Assert.ThrowsAny<StoreException>(() => rows.Read());
    }

    [Fact]
    public void An_explanation_is_as_transient_as_its_cause()
    {
        Assert.False(new StoreException("It is another program's.").IsTransient);
        Assert.True(new StoreException("Try again.", new SqliteStoreException("locked", SQLitePCL.raw.SQLITE_BUSY)).IsTransient);
        Assert.False(new StoreException("Restore a backup.", new SqliteStoreException("malformed", SQLitePCL.raw.SQLITE_CORRUPT)).IsTransient);
    }

    private TechTempContext Context() => _store.Get<IDbContextFactory<TechTempContext>>().CreateDbContext();

    private Room Room(string uid) => new() { Uid = uid, Name = uid, CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(_store.Now) };
}
