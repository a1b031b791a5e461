using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Storage;

namespace TechTemp.Readings.Queries;

/// <summary>
/// Series and their newest readings as of one moment. From <see cref="SeriesQueries.OpenAsync"/>, and as short as a snapshot of the store. What fails is the
/// exception of the store. One call at a time.
/// </summary>
public sealed class SeriesSnapshot : IAsyncDisposable
{
    // Some hundred kilobytes, and a few milliseconds of a snapshot.
    internal const int ReadingsOfAChunk = 10_000;

    private readonly IReadingSnapshot _store;

    internal SeriesSnapshot(IReadingSnapshot store) => _store = store;

    /// <summary>The series of a device.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="calibrated">Whether its calibrations are added.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is no device of that uid.</returns>
    public async ValueTask<Series?> OfDeviceAsync(string uid, long from, long to, bool calibrated, CancellationToken cancellationToken)
    {
        if (await _store.DeviceAsync(uid, cancellationToken) is not { } device)
        {
            return null;
        }

        var parts = new List<SeriesPart>(1);
        AddParts(parts, device.Id, from, to, calibrated ? await _store.CalibrationsAsync(device.Id, cancellationToken) : null);
        return new(parts, new Dictionary<int, string>(1) { [device.Id] = uid }, device.Measures);
    }

    /// <summary>The series of a room: of whichever devices were placed there, each for its own time.</summary>
    /// <param name="uid">The room.</param>
    /// <param name="from">First time, unix milliseconds UTC, inclusive.</param>
    /// <param name="to">Last time, inclusive.</param>
    /// <param name="calibrated">Whether the devices' calibrations are added.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is no room of that uid.</returns>
    public async ValueTask<Series?> OfRoomAsync(string uid, long from, long to, bool calibrated, CancellationToken cancellationToken)
    {
        if (await _store.StaysAsync(uid, from, to, cancellationToken) is not { } stays)
        {
            return null;
        }

        var parts = new List<SeriesPart>(stays.Count);
        var uids = new Dictionary<int, string>();
        var quantities = default(QuantitySet);
        foreach (var (device, deviceUid, start, end) in stays)
        {
            uids[device.Id] = deviceUid;
            quantities |= device.Measures;
            var calibrations = calibrated ? await _store.CalibrationsAsync(device.Id, cancellationToken) : null;
            // A stay's end is the first moment elsewhere.
            AddParts(parts, device.Id, Math.Max(from, start), Math.Min(to, end - 1 ?? long.MaxValue), calibrations);
        }

        return new(parts, uids, quantities);
    }

    /// <summary>The newest readings of a series, newest first, of one moment by descending key of the device.</summary>
    /// <param name="series">The series.</param>
    /// <param name="limit">How many at most, 1 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async ValueTask<IReadOnlyList<SeriesBlock>> NewestAsync(Series series, int limit, CancellationToken cancellationToken)
    {
        var reader = new SeriesReader(series);
        var blocks = new List<SeriesBlock>();
        while (limit > 0 && !reader.IsAtEnd)
        {
            await reader.ReadAsync(_store, Math.Min(limit, ReadingsOfAChunk), cancellationToken);
            for (; limit > 0 && reader.TryTake(limit, out var block); limit -= block.Count)
            {
                blocks.Add(block);
            }
        }

        return blocks;
    }

    /// <summary>Gives it back.</summary>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    // One for each calibration; one when its values are wanted as they were received.
    private static void AddParts(List<SeriesPart> parts, int deviceId, long from, long to, CalibrationHistory? calibrations)
    {
        if (from > to)
        {
            return;
        }

        var part = new SeriesPart(deviceId, from, to, calibrations is null ? Correction.None : Correction.Usual);
        foreach (var (start, correction) in calibrations?.Segments ?? [])
        {
            if (start > to)
            {
                break;
            }

            if (start > part.From)
            {
                parts.Add(part with { To = start - 1 });
                part = part with { From = start };
            }

            part = part with { Correction = correction };
        }

        parts.Add(part);
    }
}
