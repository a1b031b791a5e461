using System.Data;
using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace TechTemp.Faults.Books;

/// <summary>Looks into a PostgreSQL database.</summary>
/// <param name="connectionString">The connection string of Npgsql; of several servers the primary is asked.</param>
internal sealed class StoreDatabase(string connectionString) : Store
{
    private const int Tries = 3;

    // Which of several servers is the primary is asked each time: it has just changed.
    private readonly string _connectionString =
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "faults", CommandTimeout = 300, HostRecheckSeconds = 0 }.ConnectionString;

    /// <inheritdoc />
    public override string SomeBytes => "sha256(convert_to(i::text, 'UTF8'))";

    /// <inheritdoc />
    protected override string Number(string column) => column;

    /// <summary>Makes a database on a server.</summary>
    public static void Create(PostgresProcess server, string name)
    {
        using var postgres = new StoreDatabase(server.ConnectionString);
        postgres.Execute($"CREATE DATABASE {name};");
    }

    /// <inheritdoc />
    public override void InsertHistory(string prefix, int devices, int readings, int step, long end) => Execute(string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO devices (uid, provisioned, created_at, measures) SELECT '{prefix}-' || i, true, 0, 0 FROM generate_series(0, {devices - 1}) i;
        INSERT INTO readings (device_id, ts, temperature, humidity, source)
        SELECT d.id, {end} - i * {step}::bigint, (2000 + i % 500) / 100.0, (5000 + i % 700) / 100.0, 0 FROM devices d, generate_series(1, {readings}) i WHERE d.uid LIKE '{prefix}-%';
        """));

    /// <inheritdoc />
    // Every index against its table, and every table by itself (https://www.postgresql.org/docs/current/amcheck.html).
    public override string CheckIntegrity()
    {
        Execute("CREATE EXTENSION IF NOT EXISTS amcheck;");
        try
        {
            Execute(
                """
                SELECT bt_index_parent_check(c.oid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
                WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisready AND i.indisvalid;
                """);
        }
        catch (PostgresException e)
        {
            return e.Message;
        }

        var wrong = Query(
            "SELECT c.relname || ': ' || v.msg FROM pg_class c CROSS JOIN LATERAL verify_heapam(c.oid) v WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace LIMIT 5;",
            row => row.GetString(0)).ToList();
        return wrong.Count == 0 ? "ok" : string.Join("; ", wrong);
    }

    /// <inheritdoc />
    public override void Execute(string sql)
    {
        using var reader = Read(sql);
        while (reader.NextResult())
        {
        }
    }

    /// <inheritdoc />
    public override IEnumerable<T> Query<T>(string sql, Func<DbDataReader, T> read)
    {
        using var reader = Read(sql);
        while (reader.Read())
        {
            yield return read(reader);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        using var connection = new NpgsqlConnection(_connectionString);
        NpgsqlConnection.ClearPool(connection);
        base.Dispose();
    }

    private NpgsqlDataReader Read(string sql)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = new NpgsqlConnection(_connectionString);
            try
            {
                connection.Open();
                using var command = connection.CreateCommand();
                command.CommandText = sql;
                return command.ExecuteReader(CommandBehavior.CloseConnection);
            }
            // The pool has connections to a server that has been away; some of them have its last words (class 57P).
            catch (NpgsqlException e) when (e is not PostgresException { SqlState: not ['5', '7', 'P', ..] } && attempt < Tries)
            {
                NpgsqlConnection.ClearPool(connection);
                connection.Dispose();
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }
}
