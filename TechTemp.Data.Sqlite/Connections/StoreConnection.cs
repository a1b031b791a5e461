using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>
/// A connection to a SQLite file that throws <see cref="StoreException"/>s only. Commands throw them, and so do transactions, which
/// begin and end by commands of their connection. Everything that opens a file, EF Core included, uses this class: it is the one place
/// where SQLite's exceptions are translated, beside <see cref="Statement"/>.
/// </summary>
#pragma warning disable RS0030 // The one class that may use the constructor.
internal sealed class StoreConnection(string connectionString) : SqliteConnection(connectionString)
#pragma warning restore RS0030
{
    /// <inheritdoc />
    /// <exception cref="StoreException">The file is missing or cannot be opened.</exception>
    public override void Open() => SqliteStoreException.Translate(() =>
    {
        base.Open();
        return 0;
    });

    /// <inheritdoc />
    public override SqliteCommand CreateCommand() => new StoreCommand { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    private sealed class StoreCommand : SqliteCommand
    {
        public override int ExecuteNonQuery() => SqliteStoreException.Translate(base.ExecuteNonQuery);

        public override object? ExecuteScalar() => SqliteStoreException.Translate(base.ExecuteScalar);

        public override SqliteDataReader ExecuteReader(CommandBehavior behavior) => SqliteStoreException.Translate(() => base.ExecuteReader(behavior));

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => new StoreRows(ExecuteReader(behavior), SqliteStoreException.Of);

        protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
            new StoreRows(await ExecuteReaderAsync(behavior, cancellationToken), SqliteStoreException.Of);
    }
}
