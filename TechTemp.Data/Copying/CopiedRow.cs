using System.Buffers.Binary;
using System.Data.Common;
using System.IO.Hashing;
using System.Text;

namespace TechTemp.Data.Copying;

/// <summary>A row of a <see cref="CopiedTable"/>, with the values in one form whatever store they come from.</summary>
internal sealed class CopiedRow
{
    private CopiedRow(object?[] values, int keys)
    {
        Values = values;
        // Keys are numbers and texts without U+0000.
        Key = string.Join('\0', values.Take(keys));
        Digest = DigestOf(values);
    }

    /// <summary>The values of all columns: long, string, bool, double or bytes; null for NULL.</summary>
    public IReadOnlyList<object?> Values { get; }

    /// <summary>The values of the key, as one text.</summary>
    public string Key { get; }

    /// <summary>A checksum: equal for two rows with the same values, to the last bit.</summary>
    public UInt128 Digest { get; }

    /// <summary>Reads the row that a reader is at.</summary>
    public static CopiedRow Read(DbDataReader row, CopiedTable table)
    {
        var values = new object?[table.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = row.IsDBNull(i) ? null : table.Columns[i].Kind switch
            {
                ColumnKind.Number => row.GetInt64(i),
                ColumnKind.Text => row.GetString(i),
                ColumnKind.Flag => row.GetBoolean(i),
                // A column of SQLite for REALs has no negative zero.
                ColumnKind.Real => row.GetDouble(i) + 0.0,
                _ => row.GetFieldValue<byte[]>(i),
            };
        }

        return new(values, table.Keys);
    }

    private static UInt128 DigestOf(object?[] values)
    {
        var hash = new XxHash128();
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var value in values)
        {
            var bytes = value switch { string text => Encoding.UTF8.GetBytes(text), byte[] blob => blob, _ => [] };
            BinaryPrimitives.WriteInt64LittleEndian(number, value switch
            {
                null => -1,
                long integer => integer,
                bool flag => flag ? 1 : 0,
                double real => BitConverter.DoubleToInt64Bits(real),
                _ => bytes.Length,
            });
            hash.Append([value is null ? (byte)0 : (byte)1]);
            hash.Append(number);
            hash.Append(bytes);
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
