using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;

namespace TechTemp.Data.Postgres.Schema;

/// <summary>What the model has on PostgreSQL beside the entities that every store has: the columns and tables that only statements read and write, and the filters of indices in its SQL.</summary>
internal sealed class PostgresModel(ModelCustomizerDependencies dependencies) : RelationalModelCustomizer(dependencies)
{
    /// <inheritdoc />
    public override void Customize(ModelBuilder modelBuilder, DbContext context)
    {
        base.Customize(modelBuilder, context);
        modelBuilder.Entity<Reading>(readings =>
        {
            // The server would check it for each row, which takes as long as inserting the row: docs/decisions/0027-write-port.md.
            foreach (var key in readings.Metadata.GetForeignKeys().ToList())
            {
                readings.Metadata.RemoveForeignKey(key);
            }

            readings.Property<double?>("temperature");
            readings.Property<double?>("humidity");
            readings.Property<byte[]?>("more");
            readings.Property(r => r.Source).HasColumnType("smallint");
        });
        modelBuilder.Entity<RejectedMessage>(messages =>
        {
            // SQLite's indices end with the id: https://sqlite.org/fileformat2.html#representation_of_sql_indices
            messages.Metadata.RemoveIndex(messages.HasIndex(m => new { m.DeviceUid, m.Reason }).Metadata);
            messages.HasIndex(m => new { m.DeviceUid, m.Reason, m.Id });
            messages.HasIndex(m => new { m.DeviceUid, m.Home, m.Id }, "IX_rejected_messages_held").HasFilter("is_held");
            messages.HasIndex(m => m.Id, "IX_rejected_messages_others").HasFilter("NOT is_held");
        });
        modelBuilder.SharedTypeEntity<Dictionary<string, object>>("pages", pages =>
        {
            pages.ToTable("pages");
            pages.Property<long>("id").ValueGeneratedNever();
            pages.Property<int>("quarters");
            pages.Property<byte[]>("head").IsRequired();
            pages.Property<byte[]>("body").IsRequired();
            pages.HasKey("id");
        });
    }
}
