using System.Buffers.Binary;

namespace TechTemp.Testing.Pages;

/// <summary>
/// Reads a page as docs/store-format.md describes it, bit by bit and without any code of the program's: a program that somebody writes in another
/// language in ten years would do the same.
/// </summary>
public sealed class IndependentDecoder
{
    private readonly byte[] _bytes;
    private int _bit;

    private IndependentDecoder(byte[] bytes) => _bytes = bytes;

    /// <summary>What the head says of a quantity.</summary>
    /// <param name="Id">The quantity's number.</param>
    /// <param name="Count">How many readings have it.</param>
    /// <param name="Least">The least value.</param>
    /// <param name="Greatest">The greatest value.</param>
    /// <param name="Integral">The sum of each value times its seconds.</param>
    /// <param name="Seconds">The sum of these seconds.</param>
    public readonly record struct Column(int Id, int Count, double Least, double Greatest, double Integral, long Seconds);

    /// <summary>Every reading as its time, its source and its values by the quantities' ids.</summary>
    /// <exception cref="InvalidDataException">The page is not as it is described.</exception>
    public static List<(long Ts, int Source, SortedDictionary<int, double> Values)> Read(int device, long start, long length, byte[] head, byte[] body) =>
        Read(device, start, length, head, body, out _);

    /// <inheritdoc cref="Read(int, long, long, byte[], byte[])"/>
    public static List<(long Ts, int Source, SortedDictionary<int, double> Values)> Read(int device, long start, long length, byte[] head, byte[] body, out IReadOnlyList<Column> summary)
    {
        foreach (var part in new[] { head, body })
        {
            Require(Checksum([.. LittleEndian(((long)device << 24) | (start / 900_000)), .. LittleEndian(length), .. part[..^4]]), BinaryPrimitives.ReadUInt32LittleEndian(part.AsSpan(part.Length - 4)));
        }

        var from = new IndependentDecoder(head[..^4]);
        Require(1, from.Byte());
        var count = (int)from.Number();
        var first = start + (long)from.Number();
        var last = first + (long)from.Number();
        var columns = new List<(int Id, int Form, int Count)>();
        var summaries = new List<Column>();
        for (var left = from.Byte(); left > 0; left--)
        {
            var (id, form) = (from.Byte(), from.Byte());
            columns.Add((id, form, (form & 0x40) != 0 ? (int)from.Number() : count));
            summaries.Add(from.Summary(id, form, columns[^1].Count));
        }

        summary = summaries;

        Require(head.Length - 4, from._bit / 8);
        var page = new IndependentDecoder(body[..^4]);
        var times = new List<long> { first };
        if (count > 1)
        {
            var usual = (long)page.Number();
            foreach (var step in page.Numbers(count - 1))
            {
                times.Add(times[^1] + usual + Sign(step));
            }
        }

        Require(last, times[^1]);
        var sources = page.Byte() == 0 ? Enumerable.Repeat((ulong)page.Byte(), count).ToArray() : page.Numbers(count);
        var readings = times.Select((ts, i) => (ts, (int)sources[i], new SortedDictionary<int, double>())).ToList();
        foreach (var (id, form, having) in columns)
        {
            var present = Enumerable.Range(0, count).ToList();
            if ((form & 0x40) != 0)
            {
                var bits = Enumerable.Range(0, (count + 7) / 8).Select(_ => page.Byte()).ToList();
                present.RemoveAll(i => (bits[i / 8] & (1 << (i % 8))) == 0);
            }

            Require(having, present.Count);
            var values = page.Values(form, having);
            for (var i = 0; i < having; i++)
            {
                readings[present[i]].Item3[id] = values[i];
            }
        }

        Require(body.Length - 4, page._bit / 8);
        return readings;
    }

    private double[] Values(int form, int count)
    {
        if ((form & 0x10) != 0)
        {
            return [.. Enumerable.Range(0, count).Select(_ => Double())];
        }

        var scaled = new List<long> { Sign(Number()) };
        foreach (var step in Numbers(count - 1))
        {
            scaled.Add(scaled[^1] + Sign(step));
        }

        double[] values = [.. scaled.Select(s => s / double.Parse($"1e{form & 0x0F}", System.Globalization.CultureInfo.InvariantCulture))];
        if ((form & 0x20) != 0)
        {
            var index = 0;
            for (var left = Number(); left > 0; left--)
            {
                index += (int)Number();
                values[index] = Double();
            }
        }

        return values;
    }

    private ulong[] Numbers(int count)
    {
        var numbers = new ulong[count];
        if (Byte() == 0)
        {
            return numbers;
        }

        for (var block = 0; block < count; block += 64)
        {
            var k = (int)Bits(5);
            for (var i = block; k < 31 && i < Math.Min(block + 64, count); i++)
            {
                var quotient = 0UL;
                while (quotient < 20 && Bits(1) == 1)
                {
                    quotient++;
                }

                numbers[i] = quotient == 20 ? Bits(48) : (quotient << k) + Bits(k);
            }
        }

        _bit = (_bit + 7) / 8 * 8;
        return numbers;
    }

    private Column Summary(int id, int form, int count)
    {
        if ((form & 0x30) != 0)
        {
            return new(id, count, Double(), Double(), Double(), (long)Number());
        }

        var unit = double.Parse($"1e{form & 0x0F}", System.Globalization.CultureInfo.InvariantCulture);
        var least = Sign(Number());
        return new(id, count, least / unit, (least + (long)Number()) / unit, Sign(Number()) / unit, (long)Number());
    }

    private static void Require<T>(T expected, T actual)
    {
        if (!Equals(expected, actual))
        {
            throw new InvalidDataException($"It has {actual} where {expected} belongs.");
        }
    }

    private ulong Bits(int count)
    {
        var value = 0UL;
        for (var i = 0; i < count; i++, _bit++)
        {
            value |= (ulong)((_bytes[_bit / 8] >> (_bit % 8)) & 1) << i;
        }

        return value;
    }

    private int Byte() => (int)Bits(8);

    private double Double() => BitConverter.UInt64BitsToDouble(Bits(64));

    private ulong Number()
    {
        for (var (value, shift) = (0UL, 0); ; shift += 7)
        {
            var next = Bits(8);
            value |= (next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }
    }

    private static long Sign(ulong value) => value % 2 == 0 ? (long)(value / 2) : -(long)((value + 1) / 2);

    private static byte[] LittleEndian(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    // CRC-32C, bit by bit: the polynomial 0x1EDC6F41, reflected.
    private static uint Checksum(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }
}
