using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>
/// A prepared statement without parameters as objects, for what runs once for each reading: binding and running it costs a
/// third of what a <see cref="SqliteCommand"/> does. Parameters are counted from 1, columns from 0, as in SQLite's own interface
/// (https://sqlite.org/c3ref/stmt.html). Belongs to whatever transaction its connection is in.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;

    /// <summary>How many rows it has returned since this was set to 0.</summary>
    public int Rows { get; set; }

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        _handle = _statement.DangerousGetHandle();
    }

    public Statement Bind(int parameter, long value)
    {
        Check(SqliteNative.BindLong(_handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, long? value) => value is { } number ? Bind(parameter, number) : Bind(parameter, (string?)null);

    public Statement Bind(int parameter, double value)
    {
        Check(SqliteNative.BindDouble(_handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, string? value)
    {
        Check(value is null ? SqliteNative.BindNull(_handle, parameter) : raw.sqlite3_bind_text(_statement, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        // A blob of no bytes would be bound as NULL.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, parameter, 0) : raw.sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="StoreException">It failed.</exception>
    public int Execute()
    {
        var result = SqliteNative.Step(_handle);
        var changes = raw.sqlite3_changes(_database);
        var reset = SqliteNative.Reset(_handle);
        if (result != raw.SQLITE_DONE)
        {
            Check(reset);
        }

        return changes;
    }

    /// <summary>Runs it for the number in the first column of its only row.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public long Scalar()
    {
        var value = Step() ? Long(0) : throw new InvalidOperationException("There is no row.");
        // To its end: an INSERT with RETURNING is not over before.
        while (Step())
        {
        }

        return value;
    }

    /// <summary>Goes to the next row. After the last one, or after <see cref="Reset"/>, it can be bound and run again.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public bool Step()
    {
        var result = SqliteNative.Step(_handle);
        if (result == raw.SQLITE_ROW)
        {
            Rows++;
            return true;
        }

        Check(SqliteNative.Reset(_handle));
        return false;
    }

    /// <summary>Ends it before its last row.</summary>
    public void Reset() => _ = SqliteNative.Reset(_handle);

    public long Long(int column) => SqliteNative.ColumnLong(_handle, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public double Double(int column) => SqliteNative.ColumnDouble(_handle, column);

    /// <summary>The bytes of a column, which are there until the next step.</summary>
    public unsafe ReadOnlySpan<byte> Blob(int column)
    {
        var bytes = SqliteNative.ColumnBlob(_handle, column);
        // Asked for after the bytes: that may convert them first. A blob of no bytes has none.
        return bytes == 0 ? default : new((void*)bytes, SqliteNative.ColumnBytes(_handle, column));
    }

    /// <summary>Appends this row as bytes: two rows have the same ones when their columns hold the same, of the same types.</summary>
    public void AppendTo(IBufferWriter<byte> bytes)
    {
        Span<byte> number = stackalloc byte[1 + sizeof(long)];
        for (var column = 0; column < raw.sqlite3_column_count(_statement); column++)
        {
            var type = Type(column);
            var blob = type is raw.SQLITE_TEXT or raw.SQLITE_BLOB ? Blob(column) : [];
            number[0] = (byte)type;
            BinaryPrimitives.WriteInt64LittleEndian(number[1..], type switch
            {
                raw.SQLITE_INTEGER => Long(column),
                raw.SQLITE_FLOAT => BitConverter.DoubleToInt64Bits(Double(column)),
                _ => blob.Length,
            });
            bytes.Write(number);
            bytes.Write(blob);
        }
    }

    /// <summary>The type of what a column holds in this row, as SQLite numbers it.</summary>
    public int Type(int column) => SqliteNative.ColumnType(_handle, column);

    /// <summary>Whether a column holds NULL in this row.</summary>
    public bool IsNull(int column) => Type(column) == raw.SQLITE_NULL;

    /// <inheritdoc />
    public void Dispose() => _statement.Dispose();

    private void Check(int result) => SqliteStoreException.ThrowIfFailed(result, _database);
}
