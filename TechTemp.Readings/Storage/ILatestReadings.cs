using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Storage;

/// <summary>The newest readings. Thread-safe.</summary>
public interface ILatestReadings
{
    /// <summary>The newest reading of every device that has one that is not of the future, ordered by device uid.</summary>
    /// <param name="filter">Of which devices.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<LatestReading>> ReadAsync(LatestFilter filter, CancellationToken cancellationToken);
}

/// <summary>Which newest readings are asked for.</summary>
/// <param name="DeviceUid">Only this device; null for all.</param>
/// <param name="RoomUid">Only devices that stand in this room now; null for all.</param>
/// <param name="HomeId">Only devices of this home; null for all.</param>
/// <param name="Calibrated">Whether the device's calibration of that time is added; false for the reading as it was stored.</param>
/// <param name="After">Only devices whose uid comes after this one; null for all.</param>
/// <param name="Limit">How many at most; null for all.</param>
public sealed record LatestFilter(
    string? DeviceUid = null, string? RoomUid = null, string? HomeId = null, bool Calibrated = true, string? After = null, int? Limit = null)
{
    /// <summary>All devices, calibrated.</summary>
    public static LatestFilter All { get; } = new();
}

/// <summary>A device's newest reading, with its device and the room where the device stands now.</summary>
/// <param name="DeviceUid">The device.</param>
/// <param name="RoomUid">The room where it stands now; null when none.</param>
/// <param name="Ts">Unix milliseconds UTC.</param>
/// <param name="Values">What it measured.</param>
public sealed record LatestReading(string DeviceUid, string? RoomUid, long Ts, QuantityValues Values);
