using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <summary>Pages. By hand, as readings are: EF Core neither reads nor writes them.</summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261126130000_Pages")]
    public sealed class Pages : Migration
    {
        /// <inheritdoc />
        // With a rowid: a b-tree WITHOUT ROWID keeps only a quarter of a page's bytes beside its key, and the rest elsewhere. "quarters" is the length of the span in quarters of an hour.
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            CREATE TABLE "pages" (
                "id" INTEGER NOT NULL CONSTRAINT "PK_pages" PRIMARY KEY,
                "quarters" INTEGER NOT NULL,
                "head" BLOB NOT NULL,
                "body" BLOB NOT NULL
            ) STRICT;
            """);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable(name: "pages");
    }
}
