using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Queries;

/// <summary>Readings of a series that follow each other, column by column, oldest first. From <see cref="Last"/> down to <see cref="First"/> they come newest first.</summary>
public sealed class SeriesBlock
{
    private readonly PageReadings _readings;
    private readonly int _deviceId;
    private readonly int[]? _deviceIds;

    /// <summary>Readings of one device.</summary>
    internal SeriesBlock(PageReadings readings, int deviceId, int first, int last) => (_readings, _deviceId, First, Last) = (readings, deviceId, first, last);

    /// <summary>Readings of several devices.</summary>
    internal SeriesBlock(PageReadings readings, int[] deviceIds, int first, int last) => (_readings, _deviceIds, First, Last) = (readings, deviceIds, first, last);

    /// <summary>The index of the oldest reading.</summary>
    public int First { get; private set; }

    /// <summary>The index of the newest reading.</summary>
    public int Last { get; }

    /// <summary>How many readings there are.</summary>
    public int Count => Last - First + 1;

    /// <summary>The time of each reading, unix milliseconds UTC.</summary>
    public long[] Times => _readings.Times;

    /// <summary>The way each reading came in, as the store numbers it.</summary>
    public byte[] Sources => _readings.Sources;

    /// <summary>The quantities that any of the readings may have.</summary>
    internal PageColumn[] Columns => _readings.Columns;

    /// <summary>The values of a quantity, one for each reading, <see cref="double.NaN"/> where it lacks it; null where all of them do.</summary>
    public double[]? Values(Quantity quantity)
    {
        foreach (var column in _readings.Columns)
        {
            if (column.Quantity == quantity)
            {
                return column.Values;
            }
        }

        return null;
    }

    /// <summary>The values of one of the readings.</summary>
    /// <param name="index">The index of the reading.</param>
    public QuantityValues ValuesAt(int index) => _readings.ValuesAt(index);

    /// <summary>The store's key of the device of a reading.</summary>
    /// <param name="index">The index of the reading.</param>
    public int DeviceAt(int index) => _deviceIds is null ? _deviceId : _deviceIds[index];

    /// <summary>Leaves out all but the newest readings.</summary>
    /// <param name="count">How many stay, 1 or more.</param>
    internal void Cut(int count) => First = Math.Max(First, Last - count + 1);
}
