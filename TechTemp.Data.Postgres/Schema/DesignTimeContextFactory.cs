using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Schema;

/// <summary>For <c>dotnet ef migrations add</c>.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<TechTempContext>
{
    public TechTempContext CreateDbContext(string[] args) =>
        new((DbContextOptions<TechTempContext>)PostgresSchema.Use(new DbContextOptionsBuilder<TechTempContext>(), new("Host=design-time")).Options);
}
