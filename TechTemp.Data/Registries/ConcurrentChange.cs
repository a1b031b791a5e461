using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Store;

namespace TechTemp.Data.Registries;

/// <summary>
/// Repeats a change when ingest was faster: on a server both may find that there is no such device, and an index refuses the second one to add it. When it is repeated, it
/// finds the device. Changes of people do not meet: <see cref="RegistryTransaction"/>.
/// </summary>
internal static class ConcurrentChange
{
    // Each failure means that somebody else has succeeded.
    private const int MostAttempts = 4;

    /// <summary>Runs it.</summary>
    /// <param name="context">Its context; what it tracks is forgotten before each repetition.</param>
    /// <param name="change">The change, in a transaction of its own.</param>
    public static async Task<T> RunAsync<T>(TechTempContext context, Func<Task<T>> change)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await change();
            }
            catch (Exception e) when (attempt < MostAttempts && (e is DbUpdateException or StoreException { MayBeOfTheData: true }))
            {
                context.ChangeTracker.Clear();
            }
        }
    }
}
