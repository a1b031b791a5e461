using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
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
    [InlineData("TechTemp.Api", "DeviceStatus__LateAfter", "02:00:00", "DeviceStatus:LateAfter must not be longer than DeviceStatus:OfflineAfter")]
    [InlineData("clients/TechTemp.Dashboard", "API_URL", "localhost:3000", "Dashboard:ApiUrl (API_URL) must be an address like http://localhost:3000")]
    [InlineData("clients/TechTemp.Dashboard", "API_URL", "192.168.1.7:3000", "Dashboard:ApiUrl (API_URL) must be an address like http://localhost:3000")]
    [InlineData("clients/TechTemp.Dashboard", "API_URL", "http://", "Dashboard:ApiUrl")]
    [InlineData("clients/TechTemp.Dashboard", "LOG_LEVEL", "loud", "LOG_LEVEL (Logging:LogLevel:Default) must be trace, debug, info")]
    [InlineData("TechTemp.Api", "LOG_LEVEL", "loud", "LOG_LEVEL (Logging:LogLevel:Default) must be trace, debug, info")]
    [InlineData("TechTemp.Ingest", "Mqtt__KeepAlive", "15", "Mqtt:KeepAlive must be a duration, was '15': 00:00:15 is 15 seconds")]
    [InlineData("TechTemp.Standalone", "Mqtt__KeepAlive", "15.00:00:00", "Mqtt:KeepAlive must be from 00:00:01 to 01:00:00")]
    [InlineData("TechTemp.Ingest", "MQTT_USERNAME", "ingest", "Mqtt:Password (MQTT_PASSWORD) must be given together; the password is missing")]
    [InlineData("TechTemp.Api", "MQTT_PASSWORD", "s3cret", "must be given together; the user name is missing")]
    [InlineData("TechTemp.Standalone", "Broker__SessionBytes", "1000", "Broker:SessionBytes must be from 65536 (64 KiB) to 1073741824 (1 GiB) bytes")]
    [InlineData("TechTemp.Standalone", "Broker__SessionExpiry", "00:00:00", "Broker:SessionExpiry must be from 1 second to 3650 days")]
    [InlineData("TechTemp.Standalone", "MQTT_USERNAME", "house", "must be given together; the password is missing")]
    [InlineData("TechTemp.Standalone", "MQTT_URL", "mqtt://elsewhere:1883", "Mqtt:Url (MQTT_URL) is not for Standalone")]
    [InlineData("TechTemp.Standalone", "Mqtt__ClientId", "techtemp-house", "Mqtt:ClientId is not for Standalone")]
    [InlineData("TechTemp.Standalone", "Mqtt__SessionExpiry", "1.00:00:00", "Mqtt:SessionExpiry is not for Standalone")]
    [InlineData("TechTemp.Api", "ConnectionStrings__techtemp", "Server=db;Password=s3cret", "ConnectionStrings:techtemp (DB_URL) cannot be used: it names no database.")]
    [InlineData("TechTemp.Ingest", "ConnectionStrings__techtemp", "garbage", "ConnectionStrings:techtemp (DB_URL) must be like 'Data Source=data/techtemp.db' or 'Host=")]
    [InlineData("TechTemp.Ingest", "DB_URL", "postgres://u:s3cret@db/x?ssl=on", "cannot be used: its parameter 'ssl' is none of sslmode, ")]
    [InlineData("TechTemp.Standalone", "DB_URL", "postgres://u:s3cret@db/x", "ConnectionStrings:techtemp (DB_URL) must be like 'Data Source=data/techtemp.db'.")]
    [InlineData("TechTemp.Api", "ASPNETCORE_URLS", "garbage", "ASPNETCORE_URLS (--urls) must be like http://localhost:3000")]
    [InlineData("TechTemp.Api", "ASPNETCORE_URLS", "http://192.0.2.1:3000", "The HTTP address is not one of this machine")]
    [InlineData("TechTemp.Ingest", "Ingest__MaxBatch", "many", "Ingest:MaxBatch must be a whole number like 3000, was 'many'")]
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

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    [InlineData("clients/TechTemp.Dashboard")]
    public async Task A_port_that_needs_more_rights_than_the_program_has(string host)
    {
        // Root keeps its user but not the right to open such a port (capabilities(7)).
        var settings = new Dictionary<string, string> { ["HTTP_PORT"] = "80", ["MQTT_URL"] = $"mqtt://127.0.0.1:{FreePort.Next()}", ["DB_PATH"] = StorePath };
        string[] command = [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Repository.Program(host)];
        var start = Environment.UserName == "root"
            ? new System.Diagnostics.ProcessStartInfo("setpriv", ["--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service", .. command])
            : new(command[0], command[1..]);
        start.WorkingDirectory = _folder.Path;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        await using var process = new ChildProcess(start);
        Assert.Equal(1, await process.ExitAsync());
        var line = Assert.Single(process.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Choose one above 1023 with HTTP_PORT", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Api")]
    [InlineData("TechTemp.Standalone")]
    [InlineData("clients/TechTemp.Dashboard")]
    public async Task A_log_level_of_Node_js_is_no_failure(string host)
    {
        await using var process = HostProcess.Start(host, new Dictionary<string, string>
        {
            ["LOG_LEVEL"] = "info",
            [host == "TechTemp.Standalone" ? "MQTT_PORT" : "MQTT_URL"] = host == "TechTemp.Standalone" ? FreePort.Next().ToString(CultureInfo.InvariantCulture) : $"mqtt://127.0.0.1:{FreePort.Next()}",
            ["DB_PATH"] = StorePath,
        });
        await Eventually.TrueAsync(async () => await process.Http.TryGetAsync("/alive") is { Status: 200 }, "it runs");
        await process.LogsAsync(Regex.Escape($"Open http://localhost:{process.Settings["HTTP_PORT"]} (reachable by this machine only)"));
        Assert.Equal(0, await process.StopAsync());
    }

    private async Task FailsAsync(string host, (string Name, string Value)[] settings, params string[] named)
    {
        Dictionary<string, string> all = new()
        {
            [host == "TechTemp.Standalone" ? "MQTT_PORT" : "MQTT_URL"] = host == "TechTemp.Standalone" ? FreePort.Next().ToString(CultureInfo.InvariantCulture) : $"mqtt://127.0.0.1:{FreePort.Next()}",
            ["DB_PATH"] = StorePath,
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        await using var process = HostProcess.Start(host, all);
        Assert.Equal(1, await process.ExitAsync());
        var line = Assert.Single(process.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(named, name => Assert.Contains(name, line, StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", line, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", line, StringComparison.Ordinal);
    }
}
