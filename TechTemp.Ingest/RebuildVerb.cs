using System.Globalization;
using TechTemp.Data.Rollups;
using TechTemp.Data.Store;

namespace TechTemp.Ingest;

/// <summary>
/// Computes rollups again from readings: <c>rebuild all</c> or <c>rebuild device</c>, with <c>--from</c> and <c>--to</c> (ISO
/// 8601, UTC where they name no offset) for a range. Everything else may go on meanwhile.
/// </summary>
public sealed class RebuildVerb(RollupBuilder rollups, StoreSchema schema, IConfiguration configuration)
{
    private const string All = "all";

    /// <summary>Does it, telling of each device that is done.</summary>
    /// <param name="device">The device's uid, or <c>all</c>.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">There is no store or no such device, or a time is none.</exception>
    public async Task<string> RunAsync(string device)
    {
        if (schema.Inspect() != SchemaState.Current)
        {
            throw new StoreException("There is no store of this version yet; it is made, or brought to it, by a start without a verb.");
        }

        var done = await rollups.RebuildAsync(
            device == All ? null : device, Time("from", 0), Time("to", long.MaxValue),
            progress => Console.Error.WriteLine($"{progress.DevicesDone} of {progress.Devices} devices, {progress.Readings} readings"),
            CancellationToken.None);
        return done is null
            ? throw new StoreException($"There is no device {device}. 'rebuild {All}' takes every device.")
            : $"Computed the rollups of {done.Devices} devices again from {done.Readings} readings.";
    }

    private long Time(string name, long fallback)
    {
        if (configuration[name] is not { } text)
        {
            return fallback;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw new StoreException($"--{name} must be a time such as 2025-09-10 or 2025-09-10T20:54:45Z, was '{text}'.");
    }
}
