using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Rooms;

namespace TechTemp.Data.Store;

/// <summary>The schema's owner and the ordinary reads and writes; the hot paths are prepared SQL over the same file.</summary>
public sealed class TechTempContext(DbContextOptions<TechTempContext> options) : DbContext(options)
{
    /// <summary>The rooms.</summary>
    public DbSet<Room> Rooms => Set<Room>();

    /// <summary>The devices.</summary>
    public DbSet<Device> Devices => Set<Device>();

    /// <summary>Which device stood in which room, and when.</summary>
    public DbSet<Placement> Placements => Set<Placement>();

    /// <summary>What is added to a device's readings, and since when.</summary>
    public DbSet<Calibration> Calibrations => Set<Calibration>();

    /// <summary>The readings. Written by prepared SQL alone, in batches.</summary>
    public DbSet<Reading> Readings => Set<Reading>();

    /// <summary>The messages that were refused.</summary>
    public DbSet<RejectedMessage> RejectedMessages => Set<RejectedMessage>();

    /// <summary>What was dropped of held messages.</summary>
    public DbSet<HeldDrop> HeldDrops => Set<HeldDrop>();

    /// <inheritdoc />
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMillisecondsConverter>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(TechTempContext).Assembly);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            if (property.GetColumnName() == property.Name)
            {
                property.SetColumnName(ToSnakeCase(property.Name));
            }
        }
    }

    private static string ToSnakeCase(string name)
    {
        var result = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && result.Length > 0)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(c));
        }

        return result.ToString();
    }

    // EF Core on SQLite can neither compare nor order DateTimeOffset in SQL; an integer it can.
    private sealed class UnixMillisecondsConverter() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(),
        milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
