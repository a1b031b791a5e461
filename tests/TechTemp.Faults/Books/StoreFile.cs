using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TechTemp.Faults.Books;

/// <summary>
/// Looks into a SQLite file, with the library of the version that the programs use. Every look is a
/// connection of its own: the file may have been replaced meanwhile.
/// </summary>
/// <param name="path">The SQLite file.</param>
internal sealed class StoreFile(string path) : Store
{
    /// <summary>The SQLite file.</summary>
    public string Path => path;

    /// <inheritdoc />
    public override string SomeBytes => "randomblob(100)";

    /// <inheritdoc />
    // As itself, or in hundredths as an integer.
    protected override string Number(string column) => $"iif(typeof({column}) = 'integer', {column} / 100.0, {column})";

    /// <inheritdoc />
    public override void InsertHistory(string prefix, int devices, int readings, int step, long end) => Execute(string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO devices (uid, provisioned, created_at)
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {devices - 1}) SELECT '{prefix}-' || i, 1, 0 FROM n;
        INSERT INTO readings (device_id, ts, temperature, humidity, source)
        WITH RECURSIVE n(i) AS (SELECT {readings} UNION ALL SELECT i - 1 FROM n WHERE i > 1)
        SELECT d.id, {end} - i * {step}, 2000 + i % 500, 5000 + i % 700, 0 FROM devices d, n WHERE d.uid GLOB '{prefix}-*';
        """));

    /// <inheritdoc />
    public override string CheckIntegrity() => string.Join("; ", Query("PRAGMA integrity_check;", row => row.GetString(0)));

    /// <summary>A connection that may write.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <inheritdoc />
    public override void Execute(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc />
    public override IEnumerable<T> Query<T>(string sql, Func<DbDataReader, T> read)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }
}
