using System.Globalization;
using TechTemp.Data.Copying;
using TechTemp.Data.Store;

namespace TechTemp.Ingest.Verbs;

/// <summary>Makes another store a copy of this one: <c>copy --to …</c>. Everything else may go on meanwhile.</summary>
internal sealed class CopyVerb(StoreCopy copy, StoreTargets targets, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>Does it.</summary>
    /// <param name="to">The other store's connection string.</param>
    /// <param name="passwordFile">A file with its password; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">It was refused, a store failed, or the two differ.</exception>
    public async Task<string> RunAsync(string to, string? passwordFile, CancellationToken cancellationToken)
    {
        await using var target = targets.Open(to, passwordFile is null ? null : await PasswordAsync(passwordFile, cancellationToken));
        var (start, told) = (time.GetTimestamp(), time.GetTimestamp());
        var result = await CopyAsync(
            target.Store,
            progress =>
            {
                if (time.GetElapsedTime(told) >= s_interval)
                {
                    told = time.GetTimestamp();
                    Console.Error.WriteLine($"{progress.What}: {progress.DevicesDone} of {progress.Devices} devices, {progress.Readings} readings");
                }
            },
            cancellationToken);
        if (result.Differences.Count > 0)
        {
            Console.WriteLine($"{"what differs",-40}{"this store",-60}the copy");
            foreach (var difference in result.Differences)
            {
                Console.WriteLine($"{difference.What,-40}{difference.Source,-60}{difference.Target}");
            }

            throw new StoreException($"{result.Differences.Count} parts of {target.Store.Name} differ from this store. Copy again, into an empty store if that does not help.");
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"Copied {result.Devices} devices with {result.Readings} readings to {target.Store.Name} in {time.GetElapsedTime(start).TotalSeconds:F1} s, and compared them. {(result.IsFinished
                ? "Nothing differs: the copy can take this store's place."
                : $"{result.Changed} parts changed meanwhile: stop ingest, and copy again.")}");
    }

    private async Task<CopyResult> CopyAsync(StoreEnd target, Action<CopyProgress> tell, CancellationToken cancellationToken)
    {
        try
        {
            return await copy.CopyAsync(target, tell, cancellationToken);
        }
        catch (StoreException e) when (e.GetType() != typeof(StoreException))
        {
            // Of a provider: it does not say what to do.
            throw new StoreException($"The copy has stopped: {e.Message} Copy again: it goes on where it ended.", e);
        }
    }

    private static async Task<string> PasswordAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"--password-file cannot be read: {e.Message}", e);
        }
    }
}
