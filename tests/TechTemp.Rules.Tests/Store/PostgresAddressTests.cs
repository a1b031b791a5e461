using Npgsql;
using TechTemp.Data.Postgres;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Store;

namespace TechTemp.Rules.Tests.Store;

/// <summary>Which kind of store a connection string names, and what it says of PostgreSQL.</summary>
public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://u:p@db:5433/t", "db", 5433, "t", "u", "p")]
    [InlineData("postgresql://u@db/t", "db", 5432, "t", "u", null)]
    [InlineData("postgres://u%40site:p%2Fw%3A%25@db/t%20t", "db", 5432, "t t", "u@site", "p/w:%")]
    [InlineData("postgres://u:@[::1]:5433/t", "[::1]", 5433, "t", "u", null)]
    [InlineData("postgres://u@db1:5433,db2:5434/t", "db1:5433,db2:5434", 5432, "t", "u", null)]
    [InlineData("Host=db;Port=5433;Database=t;Username=u;Password=p", "db", 5433, "t", "u", "p")]
    [InlineData("Server=db;Database=t", "db", 5432, "t", null, null)]
    public void An_address_names_server_database_and_user(string address, string host, int port, string database, string? user, string? password)
    {
        var settings = PostgresAddress.Parse(address);
        Assert.Equal((host, port, database, user, password), (settings.Host, settings.Port, settings.Database, settings.Username, settings.Password));
    }

    [Theory]
    [InlineData("verify-full", SslMode.VerifyFull)]
    [InlineData("require", SslMode.Require)]
    [InlineData("disable", SslMode.Disable)]
    public void A_uri_has_the_parameters_of_libpq(string mode, SslMode expected)
    {
        var settings = PostgresAddress.Parse($"postgres://db/t?sslmode={mode}&sslrootcert=%2Fca.pem&connect_timeout=3&target_session_attrs=read-write&application_name=my%20home");
        Assert.Equal((expected, "/ca.pem", 3, "read-write", "my home"), (settings.SslMode, settings.RootCertificate, settings.Timeout, settings.TargetSessionAttributes, settings.ApplicationName));
    }

    [Theory]
    [InlineData("Host=db;Password=s3cret", "it names no database")]
    [InlineData("postgres://u:s3cret@db", "it names no database")]
    [InlineData("postgres://u:s3cret@/t", "it names no host")]
    [InlineData("Host=db;Database=t;Password=s3cret;Port=many", "a value is not one that its keyword can have, or it has a keyword that does not exist")]
    [InlineData("Host=db;Database=t;Password=s3cret;Colour=red", "a value is not one that its keyword can have, or it has a keyword that does not exist")]
    [InlineData("postgres://u:s3cret@db/t?sslmode=perhaps", "a value is not one that its keyword can have")]
    [InlineData("postgres://u:s3cret@db/t?colour=red", "its parameter 'colour' is none of sslmode, ")]
    [InlineData("postgres://u:s3@cret@db/t", "it must be like postgres://user:password@host:5432/database")]
    public void A_wrong_address_is_refused_without_repeating_its_password(string address, string why)
    {
        var message = Assert.Throws<StoreException>(() => PostgresAddress.Parse(address)).Message;
        Assert.Contains(why, message, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("ConnectionStrings:techtemp (DB_URL) cannot be used: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true, false)]
    [InlineData("Data Source=data/techtemp.db", true, false)]
    [InlineData("DataSource=x.db", true, false)]
    [InlineData("Host=db", false, true)]
    [InlineData(" server = db ; Database = t", false, true)]
    [InlineData("POSTGRES://db/t", false, true)]
    [InlineData("garbage", false, false)]
    [InlineData("mysql://db/t", false, false)]
    public void A_connection_string_is_of_one_kind_of_store(string connection, bool sqlite, bool postgres) =>
        Assert.Equal((sqlite, postgres), (new SqliteProvider().Accepts(connection), new PostgresProvider().Accepts(connection)));

    [Fact]
    public void The_password_of_the_setting_is_used_where_the_connection_string_has_none()
    {
        using var own = new PostgresConnections("Host=db;Database=t;Username=u;Password=p", "other");
        using var without = new PostgresConnections("Host=db;Database=t;Username=u", "other");
        Assert.Contains("Password=p;", own.Unpooled().ConnectionString + ";", StringComparison.Ordinal);
        Assert.Contains("Password=other;", without.Unpooled().ConnectionString + ";", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=a,b;Database=t", 2, 20)]
    [InlineData("postgres://u@a:5432,b:5433/t", 2, 20)]
    [InlineData("Host=a,b;Database=t;Host Recheck Seconds=7;MaxPoolSize=7", 7, 7)]
    [InlineData("Host=a;Database=t;Maximum Pool Size=100", 10, 100)]
    public void Defaults_of_ours_hold_where_the_connection_string_says_nothing(string address, int recheckSeconds, int connections)
    {
        using var opened = new PostgresConnections(address);
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(opened.Unpooled().ConnectionString);
        Assert.Equal((recheckSeconds, connections), (settings.HostRecheckSeconds, settings.MaxPoolSize));
    }
}
