using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Queries;

/// <summary>What a series is made of, and whose readings they are.</summary>
/// <param name="Parts">Its parts, in no order.</param>
/// <param name="DeviceUids">The uid of each part's device by the store's key.</param>
/// <param name="Quantities">What these devices have ever measured.</param>
public sealed record Series(IReadOnlyList<SeriesPart> Parts, IReadOnlyDictionary<int, string> DeviceUids, QuantitySet Quantities)
{
    /// <summary>The same series without what is before a reading in its order: newest first, of one moment by descending key of the device.</summary>
    /// <param name="ts">The time of the reading, unix milliseconds UTC.</param>
    /// <param name="deviceId">The store's key of its device.</param>
    public Series After(long ts, int deviceId) => this with
    {
        Parts =
        [
            .. from part in Parts
               let to = Math.Min(part.To, part.DeviceId >= deviceId ? ts - 1 : ts)
               where part.From <= to
               select part with { To = to },
        ],
    };
}
