using System.Net.Sockets;
using Npgsql;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>An operation of PostgreSQL failed. The message is the server's, or says why it cannot be reached.</summary>
internal sealed class PostgresStoreException(Exception cause) : StoreException(cause.Message, cause)
{
    /// <inheritdoc />
    // Beside what Npgsql counts: a server that is shut down or promoted (class 57P), and a statement that took too long. Of what no server has said every
    // exception is of the connection: a name that is not resolved, a socket, a timeout. And a prepared statement that the server no longer has, or whose columns a
    // migration has changed: a new connection prepares it again.
    public override bool IsTransient => InnerException is not PostgresException server || server.IsTransient
        || server.SqlState is ['5', '7', 'P', ..] or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.InvalidSqlStatementName;

    /// <inheritdoc />
    // By classes (https://www.postgresql.org/docs/current/errcodes-appendix.html): data exceptions, integrity constraints, invalid statements, limits, internal errors.
    public override bool MayBeOfTheData => !IsTransient
        && (InnerException as PostgresException)?.SqlState is ['2', '2' or '3', ..] or ['4', '2', ..] or ['5', '4', ..] or ['X', 'X', '0', '0', '0'];

    /// <summary>This instead of an exception of Npgsql or of its connection; null for any other.</summary>
    public static StoreException? Of(Exception exception) => exception switch
    {
        NpgsqlException or SocketException or IOException or TimeoutException => new PostgresStoreException(exception),
        // EF Core's way to say that an operation could be tried again.
        InvalidOperationException { InnerException: NpgsqlException cause } => new PostgresStoreException(cause),
        // A connection that was lost before says this to a later use.
        ObjectDisposedException { ObjectName: nameof(NpgsqlConnection) or "NpgsqlTransaction" } => new PostgresStoreException(exception),
        InvalidOperationException when exception is not ObjectDisposedException && IsNpgsql(exception) => new PostgresStoreException(exception),
        _ => null,
    };

    /// <summary>Runs something, and throws this where it throws an exception of Npgsql or of its connection.</summary>
    /// <exception cref="PostgresStoreException">It failed.</exception>
    public static async ValueTask<T> TranslateAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use();
        }
        catch (Exception e) when (Of(e) is { } failure)
        {
            throw failure;
        }
    }

    private static bool IsNpgsql(Exception exception) => exception.Source == "Npgsql";
}
