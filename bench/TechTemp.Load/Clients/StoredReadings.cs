using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TechTemp.Load.Clients;

/// <summary>Looks into a store from outside of the process that writes it.</summary>
internal sealed class StoredReadings : IDisposable
{
    private readonly DbConnection _connection;
    private readonly DbCommand _upTo;
    private readonly DbParameter _ts;

    /// <summary>Of a SQLite file that is there.</summary>
    public StoredReadings(string path)
        : this(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, ForeignKeys = false, Pooling = false }.ToString()))
    {
    }

    private StoredReadings(DbConnection connection)
    {
        _connection = connection;
        _connection.Open();
        _upTo = _connection.CreateCommand();
        _upTo.CommandText = "SELECT count(*) FROM devices d WHERE (SELECT max(ts) FROM readings WHERE device_id = d.id) >= @ts;";
        _ts = _upTo.CreateParameter();
        (_ts.ParameterName, _ts.Value) = ("@ts", 0L);
        _upTo.Parameters.Add(_ts);
    }

    /// <summary>How many readings there are.</summary>
    public long Count => Scalar("SELECT count(*) FROM readings;");

    /// <summary>Of a PostgreSQL database.</summary>
    public static StoredReadings OfDatabase(string connectionString) => new(new NpgsqlConnection(connectionString));

    /// <summary>How many sensors have a reading of that time or later.</summary>
    public long SensorsUpTo(long ts)
    {
        _ts.Value = ts;
        return (long)_upTo.ExecuteScalar()!;
    }

    /// <summary>Asks something that has one answer, a whole number.</summary>
    public long Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return (long)(command.ExecuteScalar() ?? 0L);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _upTo.Dispose();
        _connection.Dispose();
    }
}
