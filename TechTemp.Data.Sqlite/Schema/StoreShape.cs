using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Schema;

/// <summary>
/// Everything that a database's schema consists of, and the migrations that it says have run: two stores of one version have the
/// same. A file from elsewhere is trusted only when it has the shape that the migrations make, because SQL in a schema runs
/// with every statement: a trigger can drop a reading between its acknowledgement and the disk.
/// </summary>
internal sealed class StoreShape
{
    // SQLite's own: made by AUTOINCREMENT and by ANALYZE, which changes no result.
    private static readonly HashSet<string> s_sqliteOwn =
    [
        "table sqlite_sequence on sqlite_sequence: CREATE TABLE sqlite_sequence(name,seq)",
        "table sqlite_stat1 on sqlite_stat1: CREATE TABLE sqlite_stat1(tbl,idx,stat)",
        "table sqlite_stat4 on sqlite_stat4: CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ];

    private readonly SortedDictionary<string, string> _objects = new(StringComparer.Ordinal);
    private readonly List<string> _migrations = [];

    /// <summary>A digest: equal for two databases of the same shape, and for no others that anybody can make.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [.. _objects.Values, "", .. _migrations]))));

    /// <summary>The shape of an open database.</summary>
    /// <exception cref="StoreException">It cannot be read, or has no record of migrations.</exception>
    public static StoreShape Of(SqliteConnection connection)
    {
        var shape = new StoreShape();
        foreach (var (type, name, table, sql) in Rows(connection, "SELECT type, name, tbl_name, sql FROM sqlite_schema;", r => (r.GetString(0), r.GetString(1), r.GetString(2), r.TextOrNull(3))))
        {
            var text = $"{type} {name} on {table}: {(sql is null ? "" : SqlText.Normalize(sql))}";
            if (!s_sqliteOwn.Contains(text))
            {
                shape._objects[$"{type} '{name}'"] = text;
            }
        }

        shape._migrations.AddRange(Rows(connection, """SELECT "MigrationId" FROM "__EFMigrationsHistory" ORDER BY "MigrationId";""", r => r.GetString(0)));
        return shape;
    }

    /// <summary>The shape that the migrations make, up to one of them.</summary>
    /// <param name="context">Knows the migrations.</param>
    /// <param name="upTo">The last one; null for all.</param>
    /// <returns>Null where there is no such migration.</returns>
    public static StoreShape? Expected(TechTempContext context, string? upTo = null)
    {
        var last = context.Database.GetMigrations().LastOrDefault(migration => upTo is null || migration == upTo);
        if (last is null)
        {
            return null;
        }

        using var memory = new StoreConnection("Data Source=:memory:");
        memory.Open();
        memory.Execute(context.GetService<IMigrator>().GenerateScript(Migration.InitialDatabase, last, MigrationsSqlGenerationOptions.NoTransactions));
        return Of(memory);
    }

    /// <summary>What this one has, lacks or has otherwise than the expected one, each named; empty when they are equal.</summary>
    public IReadOnlyList<string> Differences(StoreShape expected) =>
    [
        .. _objects.Keys.Except(expected._objects.Keys).Select(name => $"{name} is not TechTemp's"),
        .. expected._objects.Keys.Except(_objects.Keys).Select(name => $"{name} is missing"),
        .. _objects.Keys.Intersect(expected._objects.Keys).Where(name => _objects[name] != expected._objects[name]).Select(name => $"{name} is not as TechTemp makes it"),
        .. _migrations.Except(expected._migrations).Select(name => $"migration '{name}' is not TechTemp's"),
        .. expected._migrations.Except(_migrations).Select(name => $"migration '{name}' is missing"),
    ];

    private static List<T> Rows<T>(SqliteConnection connection, string sql, Func<DbDataReader, T> read)
    {
        using var command = connection.Prepare(sql);
        using var reader = command.Rows();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
