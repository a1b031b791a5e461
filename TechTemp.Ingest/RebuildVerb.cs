using TechTemp.Data.Rollups;
using TechTemp.Data.Store;

namespace TechTemp.Ingest;

/// <summary>
/// Computes rollups again from readings: <c>rebuild all</c> or <c>rebuild device</c>, with <c>--from</c> and <c>--to</c> for
/// a range. Everything else may go on meanwhile.
/// </summary>
internal sealed class RebuildVerb(RollupBuilder rollups, StoreSchema schema)
{
    private const string All = "all";

    /// <summary>Does it, telling of each device that is done.</summary>
    /// <param name="device">The device's uid, or <c>all</c>.</param>
    /// <param name="from">The first time whose readings count; null for all before.</param>
    /// <param name="to">The last one; null for all after.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">There is no store or no such device.</exception>
    public async Task<string> RunAsync(string device, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (schema.Inspect() != SchemaState.Current)
        {
            throw new StoreException("There is no store of this version yet; it is made, or brought to it, by a start without a verb.");
        }

        var done = await rollups.RebuildAsync(
            device == All ? null : device, from?.ToUnixTimeMilliseconds() ?? 0, to?.ToUnixTimeMilliseconds() ?? long.MaxValue,
            progress => Console.Error.WriteLine($"{progress.DevicesDone} of {progress.Devices} devices, {progress.Readings} readings"),
            CancellationToken.None);
        return done is null
            ? throw new StoreException($"There is no device {device}. 'rebuild {All}' takes every device.")
            : $"Computed the rollups of {done.Devices} devices again from {done.Readings} readings.";
    }
}
