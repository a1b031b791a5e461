using TechTemp.Data.Readings;
using TechTemp.Readings.Quantities;

namespace TechTemp.History.Simulation;

/// <summary>A device that measures at a fixed step, with gaps. The same number gives the same readings in each run.</summary>
internal sealed class SimulatedDevice
{
    // A gap begins every 2,000 readings on average and has 1 to 72 steps, at 5-minute steps up to 6 hours: 1.8 % of the readings are missing.
    private const int ReadingsPerGap = 2_000;
    private const int LongestGap = 72;

    private readonly string _uid;
    private readonly Random _random;
    private readonly RoomAir _air;
    private readonly QuantitySet _quantities;
    private readonly long _phase;
    private readonly int _jitter;
    private int _gap;

    private SimulatedDevice(int number, long step, QuantitySet quantities, int jitter)
    {
        _uid = Site.Uid(number);
        _random = new(number);
        _air = new(_random, step, number);
        _phase = number * 1_000;
        (_quantities, _jitter) = (quantities, jitter);
    }

    /// <summary>Some devices; each second one has jitter.</summary>
    /// <param name="count">How many devices.</param>
    /// <param name="step">How often they measure, milliseconds.</param>
    /// <param name="quantities">What they measure, of those that <see cref="RoomAir"/> has.</param>
    /// <param name="jitter">How late a reading is at most, milliseconds, as of a device that sleeps between two; 0 for none.</param>
    public static IReadOnlyList<SimulatedDevice> Some(int count, long step, QuantitySet quantities, int jitter) =>
        [.. Enumerable.Range(0, count).Select(number => new SimulatedDevice(number, step, quantities, number % 2 == 1 ? jitter : 0))];

    /// <summary>Their readings as they come in: one of each device after the other.</summary>
    public static IEnumerable<IncomingMessage> Messages(IReadOnlyList<SimulatedDevice> devices, long step, int days)
    {
        for (var ts = Site.End - (days * Site.Day); ts < Site.End; ts += step)
        {
            foreach (var device in devices)
            {
                if (device.Measure(ts) is { } message)
                {
                    yield return message;
                }
            }
        }
    }

    private IncomingMessage? Measure(long ts)
    {
        // The air changes in a gap, too.
        var values = _air.Next(ts, _quantities);
        if (_gap > 0 || _random.Next(ReadingsPerGap) == 0)
        {
            _gap = (_gap == 0 ? _random.Next(1, LongestGap + 1) : _gap) - 1;
            return null;
        }

        var measurement = new Measurement(ts + _phase + _random.Next(_jitter + 1), values);
        return IncomingMessage.FromMeasurement(_uid, measurement, Site.End, ReadingSource.Mqtt, "home1");
    }
}
