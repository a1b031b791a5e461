using Microsoft.Data.Sqlite;

namespace TechTemp.Load.Clients;

/// <summary>Looks into a store from outside of the process that writes it.</summary>
internal sealed class StoredReadings : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _upTo;
    private readonly SqliteParameter _ts;

    /// <summary>Of a store that is there.</summary>
    public StoredReadings(string path)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, ForeignKeys = false, Pooling = false }.ToString());
        _connection.Open();
        _upTo = _connection.CreateCommand();
        _upTo.CommandText = "SELECT count(*) FROM devices d WHERE (SELECT max(ts) FROM readings WHERE device_id = d.id) >= $ts;";
        _ts = _upTo.Parameters.Add("$ts", SqliteType.Integer);
    }

    /// <summary>How many readings there are.</summary>
    public long Count => Scalar("SELECT count(*) FROM readings;");

    /// <summary>How many sensors have a reading of that time or later.</summary>
    public long SensorsUpTo(long ts)
    {
        _ts.Value = ts;
        return (long)_upTo.ExecuteScalar()!;
    }

    /// <summary>Changes it, or asks something that has one answer.</summary>
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
