using System.Buffers.Binary;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Readings;

/// <summary>
/// How values of other quantities than temperature and humidity are stored, together in one column <c>more</c>: for each the number of the quantity in a byte
/// and the value as a little-endian double.
/// </summary>
internal static class MoreValues
{
    /// <summary>The most bytes that it takes.</summary>
    public const int MostBytes = BytesOfValue * QuantityRegistry.Count;

    private const int BytesOfValue = 1 + sizeof(double);

    /// <summary>What the column <c>more</c> holds of some values; null for nothing.</summary>
    public static byte[]? Of(in QuantityValues values)
    {
        Span<byte> more = stackalloc byte[MostBytes];
        return Write(values, more) is > 0 and var length ? more[..length].ToArray() : null;
    }

    /// <summary>Adds what the column <c>more</c> holds. A quantity that this program does not know is left out.</summary>
    public static void Read(ReadOnlySpan<byte> more, ref QuantityValues values)
    {
        for (; more.Length >= BytesOfValue; more = more[BytesOfValue..])
        {
            if (QuantityRegistry.Find(more[0]) is { } quantity)
            {
                values.Set(quantity, BinaryPrimitives.ReadDoubleLittleEndian(more[1..]));
            }
        }
    }

    /// <summary>Whether this is what the column <c>more</c> may hold: valid values of quantities by rising ids.</summary>
    public static bool IsValid(ReadOnlySpan<byte> more)
    {
        if (more.IsEmpty || more.Length % BytesOfValue != 0)
        {
            return false;
        }

        for (var last = QuantityRegistry.Humidity.Id; more.Length > 0; more = more[BytesOfValue..])
        {
            if (more[0] <= last || QuantityRegistry.Find(more[0])?.IsValid(BinaryPrimitives.ReadDoubleLittleEndian(more[1..])) != true)
            {
                return false;
            }

            last = more[0];
        }

        return true;
    }

    /// <summary>Writes what the column <c>more</c> holds of some values.</summary>
    /// <returns>How many bytes; 0 for nothing.</returns>
    public static int Write(in QuantityValues values, Span<byte> more)
    {
        var length = 0;
        foreach (var quantity in new QuantitySet(values.Quantities.Bits & ~QuantitySet.Usual.Bits))
        {
            more[length] = quantity.Id;
            BinaryPrimitives.WriteDoubleLittleEndian(more[(length + 1)..], values.ValueOrZero(quantity));
            length += BytesOfValue;
        }

        return length;
    }
}
