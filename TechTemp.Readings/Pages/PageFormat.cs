using System.Buffers.Binary;
using System.Numerics;

namespace TechTemp.Readings.Pages;

/// <summary>What writer and reader of pages share. The format is described byte by byte in docs/store-format.md.</summary>
internal static class PageFormat
{
    /// <summary>The version of the format, the first byte of each head.</summary>
    public const byte Version = 1;

    /// <summary>Set in a column's form when the page's values are doubles of eight bytes; the scale is 0.</summary>
    public const byte RawFlag = 0x10;

    /// <summary>Set when some values are not exact in the scale and stand beside the column.</summary>
    public const byte ExceptionsFlag = 0x20;

    /// <summary>Set when some readings lack the quantity.</summary>
    public const byte PresenceFlag = 0x40;

    public const byte ScaleMask = 0x0F;

    public const byte OneSource = 0;
    public const byte ManySources = 1;

    public const int ChecksumLength = sizeof(uint);

    /// <summary>
    /// CRC-32C (Castagnoli; RFC 3720, section 12.1) of the page's key and some bytes, so that a page is not read as that of another device or time.
    /// </summary>
    public static uint Checksum(in PageKey key, params ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)key.Id);
        crc = BitOperations.Crc32C(crc, (ulong)key.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var rest in bytes)
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }
}
