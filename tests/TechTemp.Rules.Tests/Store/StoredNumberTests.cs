using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

public sealed class StoredNumberTests : IDisposable
{
    private const string BeforeHundredths = "20261122210859_Rollups";

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(21.02, "integer")]
    [InlineData(-40, "integer")]
    [InlineData(0, "integer")]
    [InlineData(-0.01, "integer")]
    [InlineData(85, "integer")]
    [InlineData(0.1 + 0.2, "real")]
    [InlineData(21.0204, "real")]
    [InlineData(1.005, "real")]
    [InlineData(double.Epsilon, "real")]
    public void A_value_is_stored_as_it_is_and_as_small_as_it_can_be(double value, string type)
    {
        _store.Write(Reading(_store.Now, value, 50));
        Assert.Equal([(_store.Now, value, 50d)], _store.Readings());
        Assert.Equal(value, _store.Write(Reading(_store.Now + 1, value, 50)).States.Single().Temperature);
        Assert.Equal([(type, 2L)], Types());
    }

    [Fact]
    public void Whatever_is_measured_is_stored_to_the_last_bit()
    {
        var random = new Random(4711);
        var values = Enumerable.Range(0, 10_000)
            .Select(i => (i % 3) switch
            {
                0 => random.Next(-4_000, 8_500) / 100.0,
                1 => Math.Round(random.NextDouble() * 125 - 40, random.Next(0, 16)),
                _ => random.NextDouble() * 125 - 40,
            })
            .ToList();
        _store.Write([.. values.Select((value, i) => Reading(_store.Now + i, value, Math.Abs(value)))]);
        Assert.Equal(values.Select((value, i) => (_store.Now + i, value, Math.Abs(value))), _store.Readings());
    }

    [Fact]
    public void Readings_from_before_hundredths_are_the_same_after_the_migration_and_back()
    {
        double[] values = [21.02, 0, -0.01, 85, -40, 1.005, 0.1 + 0.2, 1 / 3.0, 21.0204, 0.005];
        var now = _store.Now;
        _store.Write([.. values.Select((value, i) => Reading(now + i, value, Math.Abs(value), device: $"s{i % 2}"))]);
        var before = Stored();
        MigrateTo(BeforeHundredths);
        Assert.Equal([("real", (long)values.Length)], Types());
        Assert.Equal(before.Select(r => r.Temperature), _store.Rows("SELECT temperature FROM readings ORDER BY device_id, ts;", r => r.GetDouble(0)));

        // A store that the old version made: a table that a migration took back has its columns in another order.
        _store.ReplaceByVersion(BeforeHundredths, _store.Dump("devices") + _store.Dump("readings"));
        _store.Get<StoreSchema>().Migrate();

        Assert.Equal(before, Stored());
        Assert.Equal([("integer", 5L), ("real", 5L)], Types());
        using var connection = _store.Connections.Open();
        Assert.Equal("ok", connection.ScalarText("PRAGMA integrity_check;"));
        Assert.Equal(0, connection.ScalarLong("SELECT count(*) FROM pragma_foreign_key_check;"));
    }

    private void MigrateTo(string migration)
    {
        using var connection = _store.Connections.Open();
        var script = _store.Read(context => context.GetService<IMigrator>().GenerateScript(
            context.Database.GetMigrations().Last(), migration, MigrationsSqlGenerationOptions.NoTransactions));
        connection.Execute($"PRAGMA foreign_keys = OFF; {script} PRAGMA foreign_keys = ON;");
    }

    private IReadOnlyList<(long Ts, double Temperature, double Humidity)> Stored() => [.. _store.Readings("s0"), .. _store.Readings("s1")];

    private List<(string, long)> Types() =>
        _store.Rows("SELECT typeof(temperature), count(*) FROM readings GROUP BY 1 ORDER BY 1;", r => (r.GetString(0), r.GetInt64(1)));
}
