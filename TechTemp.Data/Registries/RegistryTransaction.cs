using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;

namespace TechTemp.Data.Registries;

/// <summary>
/// Begins the transactions in which people change rooms, devices and calibrations: one at a time, of all processes. SQLite has one writer anyway. On a server each
/// transaction first locks the one row of the store's identity, and reads only then: two changes would otherwise both start from what was there before.
/// </summary>
internal static class RegistryTransaction
{
    /// <summary>Begins one, when the one before has ended.</summary>
    /// <param name="context">The context that changes something.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IDbContextTransaction> BeginAsync(TechTempContext context, CancellationToken cancellationToken)
    {
        var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            // An update that changes nothing: every provider understands it.
            await context.Set<StoreIdentity>().ExecuteUpdateAsync(set => set.SetProperty(i => i.Uid, i => i.Uid), cancellationToken);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }
}
