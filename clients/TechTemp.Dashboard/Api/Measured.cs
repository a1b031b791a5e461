namespace TechTemp.Dashboard.Api;

/// <summary>
/// The numbers of an answer by their names there. Which ones there are depends on what was measured, and the server alone knows every quantity: so they have no fields.
/// Equal to another one with the same numbers in the same order, which is the server's.
/// </summary>
public sealed class Measured(IEnumerable<KeyValuePair<string, double>> numbers) : IEquatable<Measured>
{
    // Few, and there are as many of these as readings: an array is smaller than a dictionary, and as fast.
    private readonly KeyValuePair<string, double>[] _numbers = [.. numbers];

    /// <summary>No number.</summary>
    public static Measured None { get; } = new([]);

    /// <summary>The names, in the order of the answer.</summary>
    public IEnumerable<string> Names => _numbers.Select(n => n.Key);

    /// <summary>The number of a name; null when it was not measured.</summary>
    public double? this[string name]
    {
        get
        {
            foreach (var (key, value) in _numbers)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <inheritdoc />
    public bool Equals(Measured? other) => other is not null && _numbers.AsSpan().SequenceEqual(other._numbers);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Measured);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var number in _numbers)
        {
            hash.Add(number);
        }

        return hash.ToHashCode();
    }
}
