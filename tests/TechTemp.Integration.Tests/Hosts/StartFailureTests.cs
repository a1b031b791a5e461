using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

namespace TechTemp.Integration.Tests.Hosts;

/// <summary>A start that cannot succeed: one line that names the thing, exit code 1.</summary>
public sealed class StartFailureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string StorePath => _folder.File("techtemp.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    public async Task A_file_that_is_no_database(string host)
    {
        await File.WriteAllTextAsync(StorePath, string.Concat(Enumerable.Repeat("This is a shopping list, not a database.\n", 100)), TestContext.Current.CancellationToken);

        await FailsAsync(host, [("DB_PATH", StorePath)], StorePath, "DB_PATH");
    }

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    public async Task A_database_of_another_program_which_stays_as_it_is(string host)
    {
        using (var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE recipes (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO recipes (name) VALUES ('waffles');";
            command.ExecuteNonQuery();
        }

        var before = await File.ReadAllBytesAsync(StorePath, TestContext.Current.CancellationToken);
        await FailsAsync(host, [("DB_PATH", StorePath)], StorePath, "not one of TechTemp's");
        Assert.Equal(before, await File.ReadAllBytesAsync(StorePath, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    public async Task A_port_in_use(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, FreePort.Next());
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        await FailsAsync(host, [("HTTP_PORT", port)], port, "HTTP_PORT");
    }

    [Theory]
    [InlineData("TechTemp.Ingest", "HTTP_PORT", "0", "HTTP_PORT")]
    [InlineData("TechTemp.Ingest", "HTTP_PORT", "65536", "HTTP_PORT")]
    [InlineData("TechTemp.Ingest", "HTTP_PORT", "http", "Http:Port")]
    [InlineData("TechTemp.Api", "HTTP_PORT", "http", "Http:Port")]
    [InlineData("TechTemp.Ingest", "MQTT_URL", "localhost", "MQTT_URL")]
    [InlineData("TechTemp.Ingest", "MQTT_URL", "http://localhost", "MQTT_URL")]
    [InlineData("TechTemp.Api", "MQTT_URL", "mqtt://", "MQTT_URL")]
    [InlineData("TechTemp.Ingest", "Mqtt__SessionExpiry", "00:00:01", "Mqtt:SessionExpiry")]
    [InlineData("TechTemp.Ingest", "Mqtt__ClientId", "", "Mqtt:ClientId")]
    [InlineData("TechTemp.Ingest", "Ingest__MaxBatch", "0", "Ingest:MaxBatch")]
    [InlineData("TechTemp.Ingest", "Ingest__UnknownDevices", "Refuse", "Ingest:UnknownDevices")]
    [InlineData("TechTemp.Ingest", "Retention__Rejected", "soon", "Retention:Rejected")]
    [InlineData("TechTemp.Ingest", "Retention__RejectedRows", "0", "RejectedRows")]
    [InlineData("TechTemp.Api", "DeviceStatus__LateAfter", "00:00:00", "DeviceStatus:LateAfter")]
    [InlineData("TechTemp.Api", "Store__BusyTimeout", "01:00:00", "BusyTimeout")]
    public Task A_setting_that_breaks_its_rule(string host, string name, string value, string named) => FailsAsync(host, [(name, value)], named);

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    public async Task A_folder_that_cannot_be_made(string host)
    {
        await File.WriteAllTextAsync(_folder.File("notes.txt"), "a file, not a folder", TestContext.Current.CancellationToken);

        await FailsAsync(host, [("DB_PATH", _folder.File("notes.txt/store/techtemp.db"))], _folder.File("notes.txt/store"), "DB_PATH");
    }

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    public Task A_store_that_is_a_folder(string host) => FailsAsync(host, [("DB_PATH", _folder.Path)], _folder.Path, "DB_PATH");

    private async Task FailsAsync(string host, (string Name, string Value)[] settings, params string[] named)
    {
        Dictionary<string, string> all = new() { ["MQTT_URL"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["DB_PATH"] = StorePath };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        await using var process = HostProcess.Start(host, all);
        Assert.Equal(1, await process.ExitAsync());
        var line = Assert.Single(process.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(named, name => Assert.Contains(name, line, StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
    }
}
