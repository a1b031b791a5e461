using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Instances;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Schema;

/// <summary>How far the file's schema is.</summary>
public enum SchemaState
{
    /// <summary>There is no file, or an empty one.</summary>
    Missing,

    /// <summary>It is ours, with migrations of this version still to run.</summary>
    Outdated,

    /// <summary>It is what this version expects.</summary>
    Current,
}

/// <summary>Looks at the file before anything trusts it, and brings it to this version's schema.</summary>
public sealed partial class StoreSchema(StoreConnections connections, Lazy<IDbContextFactory<TechTempContext>> contexts, ILogger<StoreSchema> logger) : IStoreSchema
{
    /// <summary>
    /// The newest migration. Told here, so that a process that finds its store current does not load EF Core for it: ingest, which
    /// needs it for nothing else, has some 20 MB less.
    /// </summary>
    internal const string Newest = "20261127070000_DeviceWork";

    // The first schema in which a store has an id of its own.
    private const string WithIdentity = "20261126013000_InstancesAndHeldMessages";

    // The first schema in which rejected messages have digests.
    private const string WithDigests = "20261126083903_DigestsAndOpenPlacements";

    // The last schema that has both rollups and pages.
    private const string WithPages = "20261126130000_Pages";

    /// <summary>
    /// The digest of <see cref="StoreShape"/> for the newest migration, for the same reason. A store with another one is compared
    /// with what the migrations make.
    /// </summary>
    internal const string NewestShape = "3de5093eca15c0d761fc677aeb6b9c74161b2ea01fb6f815c2c134c8e958e82c";

    /// <summary>"TTRP" in SQLite's <c>application_id</c>: written by the first migration, by nobody else.</summary>
    internal const int ApplicationId = 0x54545250;

    // The first that can drop NOT NULL from a column (https://sqlite.org/lang_altertable.html). Before 3.51.3 two processes on one WAL file hit a corruption
    // bug: https://sqlite.org/wal.html#walresetbug
    private const int MinimumLibrary = 3_053_000;

    /// <summary>The file's name in messages: its path, or that of the backup that it is a copy of.</summary>
    internal string Name { get; init; } = connections.Path;

    /// <summary>What to do about a file that is no store.</summary>
    internal string Advice { get; init; } = "Name another file in DB_PATH";

    /// <inheritdoc />
    public bool MayBeAway => false;

    /// <inheritdoc />
    public ValueTask<bool> IsCurrentAsync(CancellationToken cancellationToken) => new(Inspect() == SchemaState.Current);

    /// <inheritdoc />
    public ValueTask MigrateAsync(CancellationToken cancellationToken)
    {
        Migrate();
        return default;
    }

    /// <summary>Looks at the file without changing it.</summary>
    /// <exception cref="StoreException">The file is not TechTemp's, is newer than this program, or cannot be read.</exception>
    public SchemaState Inspect()
    {
        RequireLibrary();
        RequirePossiblePath();
        if (!File.Exists(connections.Path) || new FileInfo(connections.Path).Length == 0)
        {
            return SchemaState.Missing;
        }

        return Guard(() =>
        {
            using var connection = connections.Open();
            return Inspect(connection).State;
        });
    }

    /// <summary>
    /// Creates the folder and the file, and runs the migrations that it lacks in one transaction with their record: a
    /// process killed in the middle leaves the old schema, a second process waits and then finds nothing to do.
    /// </summary>
    /// <exception cref="StoreException">As for <see cref="Inspect()"/>, or the folder cannot be made.</exception>
    public void Migrate()
    {
        PreparePlace();
        Guard(() =>
        {
            using var connection = connections.OpenOrCreate();
            if (Inspect(connection).State == SchemaState.Missing)
            {
                // Must be chosen before the first table is made: retention gives pages back without a VACUUM.
                connection.Execute("PRAGMA auto_vacuum = INCREMENTAL;");
            }

            connection.Execute("PRAGMA journal_mode = WAL;");
            // Rebuilding a table must not fire its cascades; SQLite wants this outside the transaction.
            connection.Execute("PRAGMA foreign_keys = OFF;");
            using var transaction = connection.BeginTransaction(deferred: false);
            var (state, applied) = Inspect(connection);
            if (state != SchemaState.Current)
            {
                using var context = contexts.Value.CreateDbContext();
                var migrator = context.GetService<IMigrator>();
                if (state == SchemaState.Outdated)
                {
                    LogMigrating(logger, Name, applied);
                    if (string.CompareOrdinal(applied, WithPages) < 0)
                    {
                        connection.Execute(migrator.GenerateScript(applied, WithPages, MigrationsSqlGenerationOptions.NoTransactions));
                        FormerRollups.Keep(connection);
                    }
                }

                connection.Execute(migrator.GenerateScript(state == SchemaState.Outdated ? Applied(connection) : applied, options: MigrationsSqlGenerationOptions.NoTransactions));
                if (state == SchemaState.Outdated && string.CompareOrdinal(applied, WithIdentity) < 0)
                {
                    StoreUid.RememberPlain(connection);
                }

                if (state == SchemaState.Outdated && string.CompareOrdinal(applied, WithDigests) < 0)
                {
                    FillDigests(connection);
                }
            }

            transaction.Commit();
            return 0;
        });
    }

    /// <summary>Makes sure that the file can be made where it is not there yet.</summary>
    /// <exception cref="StoreException">It cannot.</exception>
    internal void PreparePlace()
    {
        RequireLibrary();
        RequirePossiblePath();
        CreateFolder();
    }

    /// <summary>Tells another program's database from a store of any version.</summary>
    /// <returns>Whether there is a store; false for an empty database.</returns>
    /// <exception cref="StoreException">It is another program's.</exception>
    internal bool RequireOurs(SqliteConnection connection)
    {
        var applicationId = connection.ScalarLong("PRAGMA application_id;");
        if (applicationId == ApplicationId)
        {
            return true;
        }

        return applicationId == 0 && connection.ScalarLong("SELECT count(*) FROM sqlite_schema;") == 0
            ? false
            : throw new StoreException(
                $"'{Name}' is a SQLite database but not one of TechTemp's (this version's, that is: the Node.js server's file is another). {Advice}.");
    }

    private (SchemaState State, string Applied) Inspect(SqliteConnection connection)
    {
        if (!RequireOurs(connection))
        {
            return (SchemaState.Missing, Migration.InitialDatabase);
        }

        var applied = Applied(connection);
        if (IsNewer(applied))
        {
            throw new StoreException($"'{Name}' was written by a newer TechTemp (schema {applied}). Update this program.");
        }

        return FindForeign(connection, applied) is { } foreign
            ? throw new StoreException(foreign)
            : (applied == Newest ? SchemaState.Current : SchemaState.Outdated, applied);
    }

    /// <summary>Looks for anything in the schema that this program's migrations do not make there.</summary>
    /// <returns>What is wrong, in one line; null when nothing is, or the store is a newer version's.</returns>
    /// <exception cref="StoreException">It cannot be read.</exception>
    internal string? FindForeign(SqliteConnection connection)
    {
        var applied = Applied(connection);
        return IsNewer(applied) ? null : FindForeign(connection, applied);
    }

    private string? FindForeign(SqliteConnection connection, string applied)
    {
        var shape = StoreShape.Of(connection);
        if (applied == Newest && shape.Digest == NewestShape)
        {
            return null;
        }

        using var context = contexts.Value.CreateDbContext();
        if (StoreShape.Expected(context, applied) is not { } expected)
        {
            return $"'{Name}' has an unknown schema ({applied}). {Advice}.";
        }

        const int MostNamed = 3;
        var differences = shape.Differences(expected);
        return differences.Count == 0 ? null
            : $"'{Name}' does not have the schema that TechTemp made: {string.Join(", ", differences.Take(MostNamed))}{(differences.Count > MostNamed ? ", …" : "")}. Its SQL is not trusted. {Advice}.";
    }

    private static string Applied(SqliteConnection connection) => connection.ScalarText("""SELECT coalesce(max("MigrationId"), '') FROM "__EFMigrationsHistory";""");

    private static bool IsNewer(string applied) => string.CompareOrdinal(applied, Newest) > 0;

    /// <summary>Gives the messages of a store from before <see cref="RejectedMessage.Digest"/> theirs.</summary>
    private static void FillDigests(SqliteConnection connection)
    {
        connection.CreateFunction("digest_of", (byte[] payload) => RejectedMessage.DigestOf(payload));
        connection.Execute("UPDATE rejected_messages SET digest = digest_of(payload);");
    }

    private T Guard<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (SqliteStoreException e) when (e.IsDamage)
        {
            throw new StoreException($"'{Name}' is not a SQLite database, or a damaged one. {Advice}, or restore a backup.", e);
        }
        catch (SqliteStoreException e)
        {
            throw new StoreException($"'{Name}' cannot be used: {e.Message} Check the file's permissions and the disk.", e);
        }
    }

    private void CreateFolder()
    {
        var folder = Path.GetDirectoryName(connections.Path)!;
        try
        {
            StoreFiles.CreateFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The folder '{folder}' cannot be made: {e.Message} Name a file in DB_PATH whose folder can be written.", e);
        }
    }

    // Whoever waits for the file to be made must not wait for one that never can be.
    private void RequirePossiblePath()
    {
        if (Directory.Exists(connections.Path))
        {
            throw new StoreException($"'{connections.Path}' is a folder. Name a file in DB_PATH.");
        }

        for (var folder = Path.GetDirectoryName(connections.Path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(folder))
            {
                throw new StoreException($"The folder '{Path.GetDirectoryName(connections.Path)}' cannot be made: '{folder}' is a file. Name another file in DB_PATH.");
            }
        }
    }

    [LoggerMessage(51, LogLevel.Information, "Bringing '{Name}' from schema {Applied} to this version's; a large one takes a while")]
    private static partial void LogMigrating(ILogger logger, string name, string applied);

    private static void RequireLibrary()
    {
        Batteries_V2.Init();
        var version = raw.sqlite3_libversion_number();
        if (version < MinimumLibrary)
        {
            throw new StoreException(string.Create(
                CultureInfo.InvariantCulture,
                $"The SQLite library is {raw.sqlite3_libversion().utf8_to_string()}; 3.53.0 or newer is needed (those before 3.51.3 can damage a file that two processes share)."));
        }
    }
}
