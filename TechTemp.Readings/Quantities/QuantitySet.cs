using System.Collections;
using System.Numerics;

namespace TechTemp.Readings.Quantities;

/// <summary>Some of the quantities, in the order of their ids.</summary>
/// <param name="Bits">A bit for each quantity: that of id <c>n</c> is 2^(<c>n</c> − 1).</param>
public readonly record struct QuantitySet(long Bits) : IEnumerable<Quantity>
{
    /// <summary>Every quantity.</summary>
    public static QuantitySet All { get; } = new((1L << QuantityRegistry.Count) - 1);

    /// <summary>Temperature and humidity: answers have these whether they are measured or not.</summary>
    public static QuantitySet Usual { get; } = Of(QuantityRegistry.Temperature, QuantityRegistry.Humidity);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>How many there are.</summary>
    public int Count => BitOperations.PopCount((ulong)Bits);

    /// <summary>These quantities.</summary>
    public static QuantitySet Of(params ReadOnlySpan<Quantity> quantities)
    {
        var set = default(QuantitySet);
        foreach (var quantity in quantities)
        {
            set = set.With(quantity);
        }

        return set;
    }

    /// <summary>Whether a quantity is among them.</summary>
    public bool Contains(Quantity quantity) => (Bits & BitOf(quantity)) != 0;

    /// <summary>These, and one more.</summary>
    public QuantitySet With(Quantity quantity) => new(Bits | BitOf(quantity));

    /// <summary>These, but for one.</summary>
    public QuantitySet Without(Quantity quantity) => new(Bits & ~BitOf(quantity));

    /// <summary>All of both.</summary>
    public static QuantitySet operator |(QuantitySet one, QuantitySet other) => new(one.Bits | other.Bits);

    /// <summary>Those of both.</summary>
    public static QuantitySet operator &(QuantitySet one, QuantitySet other) => new(one.Bits & other.Bits);

    /// <summary>Goes through them.</summary>
    public Enumerator GetEnumerator() => new(Bits);

    IEnumerator<Quantity> IEnumerable<Quantity>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static long BitOf(Quantity quantity) => 1L << quantity.Index;

    /// <summary>Goes through the quantities of a set.</summary>
    public struct Enumerator : IEnumerator<Quantity>
    {
        private long _left;
        private int _index;

        internal Enumerator(long bits) => (_left, _index) = (bits & All.Bits, -1);

        /// <inheritdoc />
        public readonly Quantity Current => QuantityRegistry.At(_index);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc />
        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            _index = BitOperations.TrailingZeroCount(_left);
            _left &= _left - 1;
            return true;
        }

        /// <inheritdoc />
        public readonly void Dispose()
        {
        }

        readonly void IEnumerator.Reset() => throw new NotSupportedException();
    }
}
