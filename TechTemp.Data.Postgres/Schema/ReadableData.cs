using Microsoft.EntityFrameworkCore.Migrations;

namespace TechTemp.Data.Postgres.Schema;

/// <summary>The view and the functions by which others read the data (docs/sql.md): the SQL files of this folder.</summary>
/// <remarks>
/// Only the newest migration that calls <see cref="Create"/> keeps the call, and those before it become empty: the files are written for the tables of the newest schema.
/// They replace what is there, so that grants, and views of others that use it, stay.
/// </remarks>
internal static class ReadableData
{
    // Each needs those before it.
    private static readonly string[] s_files = ["PageNumbers", "Pages", "Readable"];

    /// <summary>The SQL, one script after the other.</summary>
    public static IEnumerable<string> Scripts => s_files.Select(Read);

    public static void Create(MigrationBuilder migration)
    {
        foreach (var script in Scripts)
        {
            migration.Sql(script);
        }
    }

    private static string Read(string file)
    {
        using var stream = typeof(ReadableData).Assembly.GetManifestResourceStream(typeof(ReadableData), $"{file}.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
