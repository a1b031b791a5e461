using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechTemp.Data;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Store;

public sealed class StoreSchemaTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<IHost> _hosts = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var host in _hosts)
        {
            using var connection = new SqliteConnection(host.Services.GetRequiredService<StoreConnections>().ConnectionString);
            SqliteConnection.ClearPool(connection);
            host.Dispose();
        }

        _folder.Dispose();
    }

    [Fact]
    public void A_fresh_store_is_missing_until_it_is_migrated()
    {
        var schema = Schema();
        Assert.Equal(SchemaState.Missing, schema.Inspect());
        Assert.False(File.Exists(_folder.File("techtemp.db")));
        schema.Migrate();
        Assert.Equal(SchemaState.Current, schema.Inspect());
        Assert.Equal(SchemaState.Current, Schema().Inspect());
    }

    [Fact]
    public void A_store_may_be_migrated_twice_and_keeps_what_is_in_it()
    {
        using var store = new TestStore();
        store.Write(Messages.Reading(store.Now));
        store.Get<StoreSchema>().Migrate();
        Assert.Single(store.Readings());
    }

    [Fact]
    public async Task Of_many_that_migrate_at_once_all_find_the_schema_current()
    {
        var schemas = Enumerable.Range(0, 4).Select(_ => Schema()).ToList();
        await Task.WhenAll(schemas.Select(schema => Task.Run(schema.Migrate, Cancel)));
        Assert.All(schemas, schema => Assert.Equal(SchemaState.Current, schema.Inspect()));
    }

    [Fact]
    public void An_empty_file_is_taken_for_a_store_to_be_made()
    {
        File.WriteAllBytes(_folder.File("techtemp.db"), []);
        Assert.Equal(SchemaState.Missing, Schema().Inspect());
        Schema().Migrate();
        Assert.Equal(SchemaState.Current, Schema().Inspect());
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        var bytes = RandomNumberGenerator.GetBytes(10_000);
        File.WriteAllBytes(_folder.File("techtemp.db"), bytes);
        Refuses(schema => schema.Inspect(), "not a SQLite database");
        Refuses(schema => schema.Migrate(), "not a SQLite database");
        Assert.Equal(bytes, File.ReadAllBytes(_folder.File("techtemp.db")));
    }

    [Fact]
    public void Another_programs_database_is_refused_and_left_as_it_is()
    {
        Foreign("CREATE TABLE readings (id INTEGER PRIMARY KEY, temperature REAL); INSERT INTO readings (temperature) VALUES (21);");
        var bytes = File.ReadAllBytes(_folder.File("techtemp.db"));
        Refuses(schema => schema.Inspect(), "not one of TechTemp's");
        Refuses(schema => schema.Migrate(), "not one of TechTemp's");
        Assert.Equal(bytes, File.ReadAllBytes(_folder.File("techtemp.db")));
    }

    [Fact]
    public void A_database_with_another_programs_id_is_refused()
    {
        Foreign("PRAGMA application_id = 7; CREATE TABLE x (id INTEGER);");
        Refuses(schema => schema.Migrate(), "not one of TechTemp's");
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        Schema().Migrate();
        Foreign("""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('29991231235959_Later', '20.0.0');""");
        Refuses(schema => schema.Inspect(), "29991231235959_Later");
        Refuses(schema => schema.Migrate(), "newer");
    }

    [Fact]
    public void The_folder_of_the_file_is_created()
    {
        Schema("a/b/c.db").Migrate();
        Assert.True(File.Exists(_folder.File("a/b/c.db")));
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_said()
    {
        File.WriteAllText(_folder.File("file"), "");
        Refuses(schema => schema.Migrate(), "cannot be made", "file/sub/techtemp.db");
    }

    [Fact]
    public void A_folder_in_the_files_place_is_said()
    {
        Directory.CreateDirectory(_folder.File("techtemp.db"));
        Refuses(schema => schema.Migrate(), "is a folder");
    }

    [Fact]
    public async Task The_owner_has_the_store_ready_when_it_has_started()
    {
        var host = NewHost();
        Assert.False(host.Services.GetRequiredService<StoreState>().IsReady);
        await host.StartAsync(Cancel);
        Assert.True(host.Services.GetRequiredService<StoreState>().IsReady);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_user_of_the_store_waits_until_the_owner_has_made_it()
    {
        var user = NewHost(owner: false);
        await user.StartAsync(Cancel);
        Assert.False(user.Services.GetRequiredService<StoreState>().IsReady);
        Schema().Migrate();
        await user.Services.GetRequiredService<StoreState>().WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        await user.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_user_of_the_store_does_not_start_on_another_programs_file()
    {
        Foreign("CREATE TABLE x (id INTEGER);");
        await Assert.ThrowsAsync<StoreException>(() => NewHost(owner: false).StartAsync(Cancel));
    }

    [Fact]
    public async Task A_connection_string_comes_before_the_path()
    {
        var host = NewHost(settings: ("ConnectionStrings:techtemp", $"Data Source={_folder.File("other.db")}"));
        await host.StartAsync(Cancel);
        Assert.True(File.Exists(_folder.File("other.db")));
        Assert.False(File.Exists(_folder.File("techtemp.db")));
        await host.StopAsync(Cancel);
    }

    private static void Foreign(SqliteConnection connection, string sql)
    {
        connection.Open();
        connection.Execute(sql);
    }

    private void Foreign(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("techtemp.db")};Pooling=False");
        Foreign(connection, sql);
    }

    private void Refuses(Action<StoreSchema> use, string named, string file = "techtemp.db")
    {
        var exception = Assert.Throws<StoreException>(() => use(Schema(file)));
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, exception.Message, StringComparison.Ordinal);
    }

    private StoreSchema Schema(string file = "techtemp.db") => NewHost(file).Services.GetRequiredService<StoreSchema>();

    private IHost NewHost(string file = "techtemp.db", bool owner = true, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Store:Path"] = _folder.File(file);
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        _ = owner ? builder.AddStoreOwner(new SqliteProvider()) : builder.AddStore(new SqliteProvider());
        var host = builder.Build();
        _hosts.Add(host);
        return host;
    }
}
