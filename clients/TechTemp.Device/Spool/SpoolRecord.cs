using System.Buffers.Binary;
using System.IO.Hashing;

namespace TechTemp.Clients.Device.Spool;

/// <summary>
/// A reading on disk, 36 bytes, little-endian:
/// <code>
/// 0  seq          int64
/// 8  ts           int64, unix milliseconds
/// 16 temperature  double, °C
/// 24 humidity     double, %
/// 32 CRC-32 of the 32 bytes before
/// </code>
/// Zeros, which a file system may leave where a power cut kept it from writing, are no record: their CRC is not zero.
/// </summary>
internal static class SpoolRecord
{
    public const int Length = 36;
    private const int Checked = 32;

    public static void Write(Span<byte> record, in NumberedReading numbered)
    {
        BinaryPrimitives.WriteInt64LittleEndian(record, numbered.Seq);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], numbered.Reading.Ts);
        BinaryPrimitives.WriteDoubleLittleEndian(record[16..], numbered.Reading.Temperature);
        BinaryPrimitives.WriteDoubleLittleEndian(record[24..], numbered.Reading.Humidity);
        BinaryPrimitives.WriteUInt32LittleEndian(record[Checked..], Crc32.HashToUInt32(record[..Checked]));
    }

    /// <summary>Reads a record that must have this number.</summary>
    /// <returns>False when it is not whole, or not what was written there.</returns>
    public static bool TryRead(ReadOnlySpan<byte> record, long seq, out NumberedReading numbered)
    {
        numbered = new(
            BinaryPrimitives.ReadInt64LittleEndian(record),
            new(
                BinaryPrimitives.ReadInt64LittleEndian(record[8..]),
                BinaryPrimitives.ReadDoubleLittleEndian(record[16..]),
                BinaryPrimitives.ReadDoubleLittleEndian(record[24..])));
        return numbered.Seq == seq && BinaryPrimitives.ReadUInt32LittleEndian(record[Checked..]) == Crc32.HashToUInt32(record[..Checked]);
    }
}
