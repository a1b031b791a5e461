using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Copying;

/// <summary>
/// A day of a device in one of the two stores: counts, and checksums over what its readings mean. The sums do not depend on the order, nor on what is a row and what
/// is in a page; that is counted beside them.
/// </summary>
internal sealed record DayCheck(long Day)
{
    /// <summary>Readings that are rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Pages.</summary>
    public int Pages { get; private set; }

    /// <summary>Readings in pages.</summary>
    public int Sealed { get; private set; }

    /// <summary>The sum over all readings: time, source, and the bits of each value.</summary>
    public UInt128 Readings { get; private set; }

    /// <summary>The sum over the bytes of the pages.</summary>
    public UInt128 Bytes { get; private set; }

    /// <summary>Checks some days.</summary>
    /// <param name="stored">What a store has of them.</param>
    /// <returns>The days that have something, oldest first.</returns>
    public static List<DayCheck> Of(StoredDays stored)
    {
        var days = new SortedDictionary<long, DayCheck>();
        foreach (var page in stored.Pages)
        {
            At(days, page.Key.Start).Add(page);
        }

        for (var i = 0; i < stored.Rows?.Times.Length; i++)
        {
            var day = At(days, stored.Rows.Times[i]);
            day.Rows++;
            day.Add(stored.Rows, i);
        }

        return [.. days.Values];
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} rows, {Pages} pages with {Sealed}, {(ulong)(Readings ^ (Readings >> 64) ^ Bytes ^ (Bytes >> 64)):x16}");

    private static DayCheck At(SortedDictionary<long, DayCheck> days, long ts)
    {
        var day = PageKey.DayOf(ts);
        return days.TryGetValue(day, out var check) ? check : days[day] = new(day);
    }

    private void Add(in Page page)
    {
        Pages++;
        var hash = new XxHash128();
        Span<byte> key = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(key, page.Key.Id);
        BinaryPrimitives.WriteInt64LittleEndian(key[sizeof(long)..], page.Key.Length);
        hash.Append(key);
        hash.Append(page.Head.Span);
        hash.Append(page.Body.Span);
        Bytes = unchecked(Bytes + hash.GetCurrentHashAsUInt128());
        if (page.Body.IsEmpty)
        {
            return;
        }

        try
        {
            var readings = PageDecoder.Read(page.Key, page.Head.Span, page.Body.Span);
            Sealed += readings.Times.Length;
            for (var i = 0; i < readings.Times.Length; i++)
            {
                Add(readings, i);
            }
        }
        catch (PageDamagedException)
        {
            // It is copied as it is: its bytes are compared.
        }
    }

    private void Add(PageReadings readings, int index)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long) + 1 + (readings.Columns.Length * (1 + sizeof(double)))];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, readings.Times[index]);
        bytes[sizeof(long)] = readings.Sources[index];
        var length = sizeof(long) + 1;
        foreach (var column in readings.Columns)
        {
            if (column.Values[index] is var value && !double.IsNaN(value))
            {
                bytes[length] = column.Quantity.Id;
                BinaryPrimitives.WriteDoubleLittleEndian(bytes[(length + 1)..], value);
                length += 1 + sizeof(double);
            }
        }

        Readings = unchecked(Readings + XxHash128.HashToUInt128(bytes[..length]));
    }
}
