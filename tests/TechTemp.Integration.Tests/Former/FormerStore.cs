using System.Globalization;
using System.IO.Compression;
using Microsoft.Data.Sqlite;

namespace TechTemp.Integration.Tests.Former;

/// <summary>The committed store of the previous version, and what that version answered about it. See <c>Fixtures/README.md</c>.</summary>
internal static class FormerStore
{
    /// <summary>The last schema of that version.</summary>
    public const string Schema = "20261126083903_DigestsAndOpenPlacements";

    /// <summary>The store, Brotli of the SQLite file.</summary>
    public static string File { get; } = Fixture("store.db.br");

    /// <summary>The answers: see <see cref="FormerAnswers"/>.</summary>
    public static string AnswersFile { get; } = Fixture("answers.jsonl.br");

    /// <summary>Writes the SQLite file.</summary>
    public static void Unpack(string path)
    {
        using var packed = new BrotliStream(System.IO.File.OpenRead(File), CompressionMode.Decompress);
        using var file = System.IO.File.Create(path);
        packed.CopyTo(file);
    }

    /// <summary>Replaces the committed file by a store that nothing has open.</summary>
    public static void Pack(string path)
    {
        using var packed = new BrotliStream(System.IO.File.Create(File), CompressionLevel.SmallestSize);
        using var file = System.IO.File.OpenRead(path);
        file.CopyTo(packed);
    }

    /// <summary>Empties the write-ahead log into the file and asks it something.</summary>
    /// <returns>The first value, as a text.</returns>
    public static string Ask(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
        command.ExecuteNonQuery();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }

    private static string Fixture(string name) => Repository.File("tests", "TechTemp.Integration.Tests", "Fixtures", name);
}
