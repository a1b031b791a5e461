using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>An operation of SQLite failed. The message is SQLite's; the code is for decisions inside this project (https://sqlite.org/rescode.html).</summary>
internal sealed class SqliteStoreException(SqliteException cause) : StoreException(cause.Message, cause)
{
    public SqliteStoreException(string message, int code, int extendedCode = 0)
        : this(new(message, code, extendedCode == 0 ? code : extendedCode))
    {
    }

    /// <summary>The primary result code.</summary>
    public int Code => cause.SqliteErrorCode;

    /// <summary>Whether the file is damaged or no database at all: SQLITE_CORRUPT, SQLITE_NOTADB.</summary>
    public bool IsDamage => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>Whether another connection had the lock for too long: SQLITE_BUSY.</summary>
    public bool IsBusy => Code == raw.SQLITE_BUSY;

    /// <inheritdoc />
    // A file that is gone, or that cannot be written, comes back with the same content or with an operator's.
    public override bool IsTransient => Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_NOMEM or raw.SQLITE_READONLY or raw.SQLITE_INTERRUPT
        or raw.SQLITE_IOERR or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL or raw.SQLITE_SCHEMA;

    /// <inheritdoc />
    public override bool MayBeOfTheData => Code is raw.SQLITE_ERROR or raw.SQLITE_INTERNAL or raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH;

    /// <summary>This instead of SQLite's own exception; null for any other.</summary>
    public static StoreException? Of(Exception exception) => exception is SqliteException e ? new SqliteStoreException(e) : null;

    /// <summary>Runs something, and throws this where it throws SQLite's own exception.</summary>
    /// <exception cref="SqliteStoreException">It failed.</exception>
    public static T Translate<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (SqliteException e)
        {
            throw new SqliteStoreException(e);
        }
    }

    /// <summary>Throws when a result code of SQLite says that something failed.</summary>
    /// <exception cref="SqliteStoreException">It did.</exception>
    public static void ThrowIfFailed(int result, sqlite3 database)
    {
        // Looked at here first: this is called several times for each reading.
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            Throw(result, database);
        }
    }

    [DoesNotReturn]
    private static void Throw(int result, sqlite3 database)
    {
        try
        {
            SqliteException.ThrowExceptionForRC(result, database);
        }
        catch (SqliteException e)
        {
            throw new SqliteStoreException(e);
        }

        throw new UnreachableException();
    }
}
