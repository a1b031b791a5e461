using System.Numerics;

namespace TechTemp.Readings.Pages;

/// <summary>
/// A column of numbers, mostly small ones: Rice coding (R. F. Rice, "Some Practical Universal Noiseless Coding Techniques", JPL 79-22, 1979) in blocks,
/// each with the parameter that makes it shortest. See docs/store-format.md.
/// </summary>
internal static class NumberColumn
{
    /// <summary>The most bits that a number may have.</summary>
    public const int MostBits = 48;

    private const byte AllZero = 0;
    private const byte Rice = 1;
    private const int BlockLength = 64;
    private const int ParameterBits = 5;
    private const int ZeroBlock = 31;
    private const int GreatestParameter = 30;
    private const int Escape = 20;

    public static void Write(PageWriter page, ReadOnlySpan<ulong> numbers)
    {
        if (!numbers.ContainsAnyExcept(0UL))
        {
            page.Byte(AllZero);
            return;
        }

        page.Byte(Rice);
        for (; numbers.Length > 0; numbers = numbers[Math.Min(BlockLength, numbers.Length)..])
        {
            WriteBlock(page, numbers[..Math.Min(BlockLength, numbers.Length)]);
        }

        page.EndBits();
    }

    /// <summary>Reads a column.</summary>
    /// <returns>Whether all numbers are zero.</returns>
    public static bool Read(ref PageSource page, Span<ulong> numbers)
    {
        switch (page.Byte())
        {
            case AllZero:
                numbers.Clear();
                return true;
            case Rice:
                break;
            default:
                page.Break();
                return false;
        }

        for (; numbers.Length > 0 && !page.IsBroken; numbers = numbers[Math.Min(BlockLength, numbers.Length)..])
        {
            ReadBlock(ref page, numbers[..Math.Min(BlockLength, numbers.Length)]);
        }

        page.EndBits();
        return false;
    }

    private static void WriteBlock(PageWriter page, ReadOnlySpan<ulong> block)
    {
        if (!block.ContainsAnyExcept(0UL))
        {
            page.Bits(ZeroBlock, ParameterBits);
            return;
        }

        var parameter = Shortest(block);
        page.Bits((ulong)parameter, ParameterBits);
        foreach (var number in block)
        {
            var quotient = number >> parameter;
            if (quotient >= Escape)
            {
                page.Bits((1UL << Escape) - 1, Escape);
                page.Bits(number, MostBits);
            }
            else
            {
                page.Bits((1UL << (int)quotient) - 1, (int)quotient + 1);
                page.Bits(number & ((1UL << parameter) - 1), parameter);
            }
        }
    }

    private static void ReadBlock(ref PageSource page, Span<ulong> block)
    {
        var parameter = (int)page.Bits(ParameterBits);
        if (parameter == ZeroBlock)
        {
            block.Clear();
            return;
        }

        page.Rice(block, parameter, Escape, MostBits);
    }

    // The best one is near the logarithm of the mean; its neighbours are tried because a block is no geometric distribution.
    private static int Shortest(ReadOnlySpan<ulong> block)
    {
        var sum = 0UL;
        foreach (var number in block)
        {
            sum += number;
        }

        var middle = BitOperations.Log2((sum / (ulong)block.Length) + 1);
        var (best, shortest) = (0, long.MaxValue);
        for (var parameter = Math.Max(0, middle - 2); parameter <= Math.Min(GreatestParameter, middle + 1); parameter++)
        {
            var length = Length(block, parameter);
            if (length < shortest)
            {
                (best, shortest) = (parameter, length);
            }
        }

        return shortest == long.MaxValue ? GreatestParameter : best;
    }

    private static long Length(ReadOnlySpan<ulong> block, int parameter)
    {
        var length = 0L;
        foreach (var number in block)
        {
            var quotient = number >> parameter;
            length += quotient >= Escape ? Escape + MostBits : (long)quotient + 1 + parameter;
        }

        return length;
    }
}
