using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>Lets <c>SaveChanges</c> throw the <see cref="StoreException"/> itself where EF Core wraps it in its own exception.</summary>
internal sealed class SaveFailures : SaveChangesInterceptor
{
    /// <inheritdoc />
    public override void SaveChangesFailed(DbContextErrorEventData eventData)
    {
        if (eventData.Exception is DbUpdateException { InnerException: SqliteStoreException failure })
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <inheritdoc />
    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesFailed(eventData);
        return Task.CompletedTask;
    }
}
