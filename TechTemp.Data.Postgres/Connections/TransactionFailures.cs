using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>Lets EF Core's transactions throw <see cref="StoreException"/>s instead of Npgsql's when they cannot be committed.</summary>
internal sealed class TransactionFailures : DbTransactionInterceptor
{
    /// <inheritdoc />
    public override void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData)
    {
        if (PostgresStoreException.Of(eventData.Exception) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc />
    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionFailed(transaction, eventData);
        return Task.CompletedTask;
    }
}
