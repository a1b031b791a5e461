using System.Globalization;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Ingest.Verbs;

/// <summary>
/// What an operator does with pages: <c>rebuild</c> writes them again, <c>verify</c> decodes them all. Everything else may go on meanwhile.
/// </summary>
internal sealed class PageVerbs(PageRebuild pages, PageVerification verification, IStoreSchema schema)
{
    private const string All = "all";

    /// <summary>Writes pages again, telling of each device that is done.</summary>
    /// <param name="device">The device's uid, or <c>all</c>.</param>
    /// <param name="from">The first time whose day counts; null for all before.</param>
    /// <param name="to">The last one; null for all after.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">There is no store or no such device, or a page is damaged.</exception>
    public async Task<string> RebuildAsync(string device, DateTimeOffset? from, DateTimeOffset? to)
    {
        await RequireCurrentAsync(CancellationToken.None);
        try
        {
            var done = await pages.RebuildAsync(
                device == All ? null : device, from?.ToUnixTimeMilliseconds() ?? 0, to?.ToUnixTimeMilliseconds() ?? long.MaxValue,
                progress => Console.Error.WriteLine($"{progress.DevicesDone} of {progress.Devices} devices, {progress.Readings} readings"),
                CancellationToken.None);
            return done is null
                ? throw new StoreException($"There is no device {device}. 'rebuild {All}' takes every device.")
                : $"Wrote the pages of {done.Devices} devices again, with {done.Readings} readings.";
        }
        catch (PageDamagedException e)
        {
            throw new StoreException($"{e.Message} Restore a backup, or remove the readings of that day.", e);
        }
    }

    /// <summary>Decodes every page and prints a table.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The result, in one line.</returns>
    /// <exception cref="StoreException">There is no store, or a page is wrong.</exception>
    public async Task<string> VerifyAsync(CancellationToken cancellationToken)
    {
        await RequireCurrentAsync(cancellationToken);
        var (all, wrong) = (new List<DeviceFinding>(), new List<string>());
        Console.WriteLine($"{"device",-24}{"rows",12}{"sealed",12}{"pages",9}{"bytes a reading",17}");
        await foreach (var found in verification.VerifyAsync(cancellationToken))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{found.DeviceUid,-24}{found.Rows,12}{found.Sealed,12}{found.Pages,9}{PerReading(found.Bytes, found.Sealed),17}"));
            all.Add(found);
            wrong.AddRange(found.Wrong);
        }

        wrong.ForEach(Console.Error.WriteLine);
        return wrong.Count > 0
            ? throw new StoreException($"{wrong.Count} of {all.Sum(f => f.Pages)} pages are wrong. Restore a backup.")
            : string.Create(CultureInfo.InvariantCulture, $"All {all.Sum(f => f.Pages)} pages with {all.Sum(f => f.Sealed)} readings are right; {all.Sum(f => f.Rows)} readings are rows.");
    }

    private static string PerReading(long bytes, long readings) => readings == 0 ? "-" : (bytes / (double)readings).ToString("F2", CultureInfo.InvariantCulture);

    private async Task RequireCurrentAsync(CancellationToken cancellationToken)
    {
        if (!await schema.IsCurrentAsync(cancellationToken))
        {
            throw new StoreException("There is no store of this version yet; it is made, or brought to it, by a start without a verb.");
        }
    }
}
