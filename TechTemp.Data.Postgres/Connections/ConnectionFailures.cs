using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>Lets EF Core's connections throw <see cref="StoreException"/>s instead of Npgsql's when they cannot be opened.</summary>
internal sealed class ConnectionFailures : DbConnectionInterceptor
{
    /// <inheritdoc />
    public override void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData)
    {
        if (PostgresStoreException.Of(eventData.Exception) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc />
    public override Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionFailed(connection, eventData);
        return Task.CompletedTask;
    }
}
