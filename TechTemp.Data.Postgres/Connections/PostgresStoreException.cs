using Npgsql;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>An operation of PostgreSQL failed. The message is the server's, or says why it cannot be reached.</summary>
internal sealed class PostgresStoreException(NpgsqlException cause) : StoreException(cause.Message, cause)
{
    /// <inheritdoc />
    // Beside what Npgsql counts: a server that is shut down or promoted, and a statement that took too long.
    public override bool IsTransient => cause.IsTransient || cause.SqlState is
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled;

    /// <inheritdoc />
    // By classes (https://www.postgresql.org/docs/current/errcodes-appendix.html): data exceptions, integrity constraints, invalid statements, limits, internal errors.
    public override bool MayBeOfTheData => !IsTransient && cause.SqlState is ['2', '2' or '3', ..] or ['4', '2', ..] or ['5', '4', ..] or ['X', 'X', '0', '0', '0'];

    /// <summary>Runs something, and throws this where it throws Npgsql's own exception.</summary>
    /// <exception cref="PostgresStoreException">It failed.</exception>
    public static async ValueTask<T> TranslateAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use();
        }
        catch (NpgsqlException e)
        {
            throw new PostgresStoreException(e);
        }
    }
}
