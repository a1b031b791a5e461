using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Store;

public sealed class StoreFileTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_migrations_have_the_whole_model() =>
        Assert.False(_store.Read(context => context.Database.HasPendingModelChanges()));

    [Fact]
    public void The_newest_migration_is_the_one_that_is_told_without_EF_Core() =>
        Assert.Equal(StoreSchema.Newest, _store.Read(context => context.Database.GetMigrations().Last()));

    [Fact]
    public void The_tables_in_the_file_are_those_of_the_model()
    {
        var model = _store.Read(context => context.Model.GetRelationalModel());
        foreach (var table in model.Tables)
        {
            var key = table.PrimaryKey!.Columns.Select(c => c.Name).ToList();
            var expected = table.Columns.Select(c => (c.Name, c.StoreType, NotNull: !c.IsNullable, Key: key.IndexOf(c.Name) + 1L));
            if (table.Name == "readings")
            {
                expected = expected.Concat([("temperature", "ANY", false, 0), ("humidity", "ANY", false, 0), ("more", "BLOB", false, 0)]);
            }

            var actual = _store.Rows($"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table.Name}')", r =>
                (Name: r.GetString(0), StoreType: r.GetString(1), NotNull: r.GetBoolean(2), Key: r.GetInt64(3)));
            Assert.Equal(expected.OrderBy(c => c.Name), actual.OrderBy(c => c.Name));

            var indexes = _store.Rows($"SELECT name, \"unique\" FROM pragma_index_list('{table.Name}') WHERE origin = 'c'", r => (Name: r.GetString(0), Unique: r.GetBoolean(1)));
            Assert.Equal(table.Indexes.Select(i => (i.Name, i.IsUnique)).Order(), indexes.Order());

            var foreignKeys = _store.Rows($"SELECT \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list('{table.Name}')", r =>
                (r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3)));
            Assert.Equal(
                table.ForeignKeyConstraints.Select(f => (
                    f.PrincipalTable.Name, f.Columns.Single().Name, f.PrincipalColumns.Single().Name,
                    f.OnDeleteAction == Microsoft.EntityFrameworkCore.Migrations.ReferentialAction.Cascade ? "CASCADE" : "RESTRICT")).Order(),
                foreignKeys.Order());
        }

        // EF Core knows neither the pages nor the values of readings: a column of theirs can be of two types.
        Assert.Equal(
            model.Tables.Select(t => t.Name).Concat(["pages"]).Order(),
            _store.Rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '__EF%'", r => r.GetString(0)).Order());
    }

    [Fact]
    public void Readings_are_one_strict_b_tree_without_rowid()
    {
        Assert.Equal([(1L, 1L)], _store.Rows("SELECT wr, strict FROM pragma_table_list('readings')", r => (r.GetInt64(0), r.GetInt64(1))));
        Assert.Equal(["pk"], _store.Rows("SELECT origin FROM pragma_index_list('readings')", r => r.GetString(0)));
    }

    [Fact]
    public void Ids_of_rejected_messages_are_never_used_again() =>
        Assert.Contains("AUTOINCREMENT", Assert.Single(_store.Rows("SELECT sql FROM sqlite_schema WHERE name = 'rejected_messages'", r => r.GetString(0))), StringComparison.Ordinal);

    [Theory]
    [InlineData("application_id", StoreSchema.ApplicationId)]
    [InlineData("auto_vacuum", 2)]
    [InlineData("synchronous", 2)]
    [InlineData("foreign_keys", 1)]
    [InlineData("busy_timeout", 5_000)]
    [InlineData("journal_size_limit", 16 * 1024 * 1024)]
    public void The_file_and_each_connection_are_set_up(string pragma, long expected)
    {
        using var connection = _store.Connections.Open();
        Assert.Equal(expected, connection.ScalarLong($"PRAGMA {pragma};"));
        Assert.Equal(expected, _store.Read(context =>
        {
            context.Database.OpenConnection();
            return ((SqliteConnection)context.Database.GetDbConnection()).ScalarLong($"PRAGMA {pragma};");
        }));
    }

    [Fact]
    public void The_journal_is_a_write_ahead_log() => Assert.Equal(["wal"], _store.Rows("PRAGMA journal_mode", r => r.GetString(0)));

    [Fact]
    public void The_schema_in_the_file_is_whole() => Assert.Equal(["ok"], _store.Rows("PRAGMA integrity_check", r => r.GetString(0)));
}
