namespace TechTemp.Readings.Calibrations;

/// <summary>The calibrations of one device over time.</summary>
public sealed class CalibrationHistory
{
    private readonly IReadOnlyList<(long From, Correction Correction)> _segments;

    /// <param name="segments">Oldest first: the first moment (unix milliseconds UTC) that each holds for, and what it does.</param>
    public CalibrationHistory(IReadOnlyList<(long From, Correction Correction)> segments) => _segments = segments;

    /// <summary>Of a device that has none.</summary>
    public static CalibrationHistory None { get; } = new([]);

    /// <summary>
    /// Oldest first: the first moment (unix milliseconds UTC) that each holds for, up to the next one's, and what it does.
    /// Before the first one nothing is added.
    /// </summary>
    public IReadOnlyList<(long From, Correction Correction)> Segments => _segments;

    /// <summary>What is done to a reading of this moment, unix milliseconds UTC.</summary>
    public Correction At(long ts)
    {
        var (low, high) = (0, _segments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _segments[middle].From <= ts ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? Correction.Usual : _segments[low - 1].Correction;
    }
}
