using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Postgres.Migrations
{
    /// <summary>The view and the functions by which others read the data.</summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261127030000_ReadableData")]
    public partial class ReadableData : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => Schema.ReadableData.Create(migrationBuilder);
    }
}
