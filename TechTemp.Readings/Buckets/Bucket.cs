using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Buckets;

/// <summary>One bucket of a series, with at least one reading.</summary>
public readonly struct Bucket
{
    private readonly BucketWindow _window;
    private readonly int _index;

    internal Bucket(BucketWindow window, int index) => (_window, _index) = (window, index);

    /// <summary>The bucket's start, unix milliseconds UTC.</summary>
    public long Start => _window.StartOf(_index);

    /// <summary>How many readings.</summary>
    public long Count => _window.CountOf(_index);

    /// <summary>The values of a quantity; empty where no reading has it.</summary>
    public QuantityAggregate this[Quantity quantity] => _window.Of(quantity, _index);
}
