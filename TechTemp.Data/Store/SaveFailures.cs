using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace TechTemp.Data.Store;

/// <summary>Lets <c>SaveChanges</c> throw the <see cref="StoreException"/> itself where EF Core wraps it, or the provider's exception, in its own exception.</summary>
/// <param name="translate">What to throw instead of an exception of the provider; null for one that is not the store's.</param>
internal sealed class SaveFailures(Func<Exception, StoreException?> translate) : SaveChangesInterceptor
{
    /// <inheritdoc />
    public override void SaveChangesFailed(DbContextErrorEventData eventData)
    {
        for (var cause = eventData.Exception; cause is not null; cause = cause.InnerException)
        {
            if ((cause as StoreException ?? translate(cause)) is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
    }

    /// <inheritdoc />
    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesFailed(eventData);
        return Task.CompletedTask;
    }
}
