using System.Collections;
using System.Data;
using System.Data.Common;

namespace TechTemp.Data.Store;

/// <summary>
/// The rows of a command, as the provider reads them: a row may be computed, or received, only when it is read, so that may fail like the command itself.
/// The providers' own readers cannot be derived from.
/// </summary>
/// <param name="rows">The provider's.</param>
/// <param name="translate">What to throw instead of an exception of the provider; null for one that is not the store's.</param>
internal sealed class StoreRows(DbDataReader rows, Func<Exception, StoreException?> translate) : DbDataReader
{
    public override int Depth => rows.Depth;

    public override int FieldCount => rows.FieldCount;

    public override bool HasRows => rows.HasRows;

    public override bool IsClosed => rows.IsClosed;

    public override int RecordsAffected => rows.RecordsAffected;

    public override object this[int ordinal] => rows[ordinal];

    public override object this[string name] => rows[name];

    /// <inheritdoc />
    /// <exception cref="StoreException">It failed.</exception>
    public override bool Read()
    {
        try
        {
            return rows.Read();
        }
        catch (Exception e) when (translate(e) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc />
    /// <exception cref="StoreException">It failed.</exception>
    public override async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await rows.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (translate(e) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc />
    /// <exception cref="StoreException">It failed.</exception>
    public override bool NextResult()
    {
        try
        {
            return rows.NextResult();
        }
        catch (Exception e) when (translate(e) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc />
    /// <exception cref="StoreException">It failed.</exception>
    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await rows.NextResultAsync(cancellationToken);
        }
        catch (Exception e) when (translate(e) is { } failure)
        {
            throw failure;
        }
    }

    public override void Close() => rows.Close();

    public override bool IsDBNull(int ordinal) => rows.IsDBNull(ordinal);

    public override bool GetBoolean(int ordinal) => rows.GetBoolean(ordinal);

    public override byte GetByte(int ordinal) => rows.GetByte(ordinal);

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        rows.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);

    public override char GetChar(int ordinal) => rows.GetChar(ordinal);

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        rows.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);

    public override string GetDataTypeName(int ordinal) => rows.GetDataTypeName(ordinal);

    public override DateTime GetDateTime(int ordinal) => rows.GetDateTime(ordinal);

    public override decimal GetDecimal(int ordinal) => rows.GetDecimal(ordinal);

    public override double GetDouble(int ordinal) => rows.GetDouble(ordinal);

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    public override Type GetFieldType(int ordinal) => rows.GetFieldType(ordinal);

    public override T GetFieldValue<T>(int ordinal) => rows.GetFieldValue<T>(ordinal);

    public override float GetFloat(int ordinal) => rows.GetFloat(ordinal);

    public override Guid GetGuid(int ordinal) => rows.GetGuid(ordinal);

    public override short GetInt16(int ordinal) => rows.GetInt16(ordinal);

    public override int GetInt32(int ordinal) => rows.GetInt32(ordinal);

    public override long GetInt64(int ordinal) => rows.GetInt64(ordinal);

    public override string GetName(int ordinal) => rows.GetName(ordinal);

    public override int GetOrdinal(string name) => rows.GetOrdinal(name);

    public override DataTable? GetSchemaTable() => rows.GetSchemaTable();

    public override Stream GetStream(int ordinal) => rows.GetStream(ordinal);

    public override string GetString(int ordinal) => rows.GetString(ordinal);

    public override TextReader GetTextReader(int ordinal) => rows.GetTextReader(ordinal);

    public override object GetValue(int ordinal) => rows.GetValue(ordinal);

    public override int GetValues(object[] values) => rows.GetValues(values);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rows.Dispose();
        }

        base.Dispose(disposing);
    }
}
