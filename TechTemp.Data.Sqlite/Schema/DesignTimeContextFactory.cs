using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Schema;

/// <summary>For <c>dotnet ef migrations add</c>.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<TechTempContext>
{
    public TechTempContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<TechTempContext>().UseSqlite("Data Source=design-time.db", sqlite => sqlite.MigrationsAssembly(typeof(DesignTimeContextFactory).Assembly.GetName().Name)).Options);
}
