using System.Buffers.Binary;
using System.Numerics;

namespace TechTemp.Readings.Pages;

/// <summary>Takes numbers from the bytes of a page. Whatever the bytes are, it neither reads beyond them nor loops for ever.</summary>
internal ref struct PageSource(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private ulong _bits;
    private int _bitCount;

    /// <summary>Set when something did not fit: what was read since is meaningless.</summary>
    public bool IsBroken { get; private set; }

    public readonly bool IsAtEnd => _position == _bytes.Length;

    public readonly int Left => _bytes.Length - _position;

    public byte Byte() => Left > 0 ? _bytes[_position++] : (byte)Break();

    public ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return shift == 63 && next > 1 ? Break() : value;
            }
        }

        return Break();
    }

    public long Signed() => UnZigZag(Unsigned());

    public double Double()
    {
        if (Left < sizeof(double))
        {
            return Break();
        }

        var value = BinaryPrimitives.ReadDoubleLittleEndian(_bytes[_position..]);
        _position += sizeof(double);
        return value;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > Left)
        {
            Break();
            return default;
        }

        var taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }

    /// <summary>Numbers of a Rice code: ones, a zero, and the low bits; where there are as many ones as an escape has, the number in full.</summary>
    /// <param name="numbers">Gets the numbers.</param>
    /// <param name="parameter">How many low bits there are, at most 30.</param>
    /// <param name="escape">How many ones an escape has, at most 20.</param>
    /// <param name="full">How many bits a number in full has, at most 48.</param>
    public void Rice(Span<ulong> numbers, int parameter, int escape, int full)
    {
        for (var next = 0; next < numbers.Length; next++)
        {
            next = FastRice(numbers, next, parameter, escape);
            if (next < numbers.Length)
            {
                numbers[next] = Rice(parameter, escape, full);
            }
        }
    }

    // As long as there are eight bytes to take and no escape comes. Returns the index of the first number that was not read.
    private int FastRice(Span<ulong> numbers, int next, int parameter, int escape)
    {
        var (bits, count, position) = (_bits, _bitCount, _position);
        var mask = (1UL << parameter) - 1;
        for (; next < numbers.Length && position <= _bytes.Length - sizeof(ulong); next++)
        {
            // As many whole bytes as fit. The bits of the next one come too, above those that count, and again with it: they are the same.
            bits |= BinaryPrimitives.ReadUInt64LittleEndian(_bytes[position..]) << count;
            position += (63 - count) >> 3;
            count |= 56;
            var quotient = BitOperations.TrailingZeroCount(~bits);
            if (quotient >= escape)
            {
                break;
            }

            numbers[next] = ((ulong)quotient << parameter) | ((bits >> (quotient + 1)) & mask);
            bits >>= quotient + 1 + parameter;
            count -= quotient + 1 + parameter;
        }

        (_bits, _bitCount, _position) = (bits & ((1UL << count) - 1), count, position);
        return next;
    }

    private ulong Rice(int parameter, int escape, int full)
    {
        // Enough for the quotient and the low bits together.
        Fill();
        var quotient = BitOperations.TrailingZeroCount(~_bits);
        if (quotient >= escape)
        {
            Skip(escape);
            return Bits(full);
        }

        var number = ((ulong)quotient << parameter) | ((_bits >> (quotient + 1)) & ((1UL << parameter) - 1));
        Skip(quotient + 1 + parameter);
        return number;
    }

    public ulong Bits(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        Fill();
        var value = _bits & (ulong.MaxValue >> (64 - count));
        Skip(count);
        return value;
    }

    /// <summary>Leaves the last byte of bits. What fills it is 0.</summary>
    public void EndBits()
    {
        if ((_bits & ((1UL << (_bitCount % 8)) - 1)) != 0)
        {
            Break();
        }
        else
        {
            // Whole bytes that were taken in advance.
            _position -= _bitCount / 8;
        }

        (_bits, _bitCount) = (0, 0);
    }

    /// <summary>Notes that the bytes are not those of a page.</summary>
    public ulong Break()
    {
        IsBroken = true;
        _position = _bytes.Length;
        return 0;
    }

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    // At least 56 bits, or all that there are.
    private void Fill()
    {
        if (_bitCount > 56)
        {
            return;
        }

        if (Left >= sizeof(ulong))
        {
            var count = (64 - _bitCount) / 8;
            var next = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_position..]);
            _bits |= (count == 8 ? next : next & ((1UL << (8 * count)) - 1)) << _bitCount;
            _position += count;
            _bitCount += 8 * count;
            return;
        }

        while (_bitCount <= 56 && Left > 0)
        {
            _bits |= (ulong)_bytes[_position++] << _bitCount;
            _bitCount += 8;
        }
    }

    private void Skip(int count)
    {
        if (count > _bitCount)
        {
            Break();
            (_bits, _bitCount) = (0, 0);
            return;
        }

        _bits = count == 64 ? 0 : _bits >> count;
        _bitCount -= count;
    }
}
