using System.Buffers.Binary;
using System.Numerics;

namespace TechTemp.Readings.Pages;

/// <summary>Appends numbers to a page. Not thread-safe.</summary>
internal sealed class PageWriter
{
    private byte[] _bytes = new byte[256];
    private ulong _bits;
    private int _bitCount;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Byte(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>A number that is not negative: seven bits a byte, the least significant first, the eighth bit where more follow (LEB128).</summary>
    public void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    /// <summary>A number of either sign.</summary>
    public void Signed(long value) => Unsigned(ZigZag(value));

    public void Double(double value)
    {
        Reserve(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(Length), value);
        Length += sizeof(double);
    }

    public void Checksum(uint value)
    {
        Reserve(sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(Length), value);
        Length += sizeof(uint);
    }

    /// <summary>Bits, the least significant first.</summary>
    /// <param name="value">The bits; those above <paramref name="count"/> are 0.</param>
    /// <param name="count">How many, at most 48.</param>
    public void Bits(ulong value, int count)
    {
        while (_bitCount + count > 64)
        {
            FlushByte();
        }

        _bits |= value << _bitCount;
        _bitCount += count;
    }

    /// <summary>Fills the last byte of bits with zeros.</summary>
    public void EndBits()
    {
        while (_bitCount > 0)
        {
            FlushByte();
        }
    }

    /// <summary>0, -1, 1, -2, … as 0, 1, 2, 3, …</summary>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void FlushByte()
    {
        Byte((byte)_bits);
        _bits >>= 8;
        _bitCount = Math.Max(0, _bitCount - 8);
    }

    private void Reserve(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)BitOperations.RoundUpToPowerOf2((uint)(Length + count)));
        }
    }
}
