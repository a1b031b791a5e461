using System.Globalization;

namespace TechTemp.Integration.Tests;

/// <summary>The API over a store that a short run of ingest has made; no broker.</summary>
public sealed class ApiOverStore : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private ApiOverStore(IEnumerable<(string Name, string Value)> settings)
    {
        Settings = new()
        {
            ["MQTT_URL"] = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{FreePort.Next()}"),
            ["DB_PATH"] = StorePath,
        };
        foreach (var (name, value) in settings)
        {
            Settings[name] = value;
        }
    }

    /// <summary>The SQLite file.</summary>
    public string StorePath => _folder.File("techtemp.db");

    /// <summary>The settings of every process over this store.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>The API.</summary>
    public HostProcess Api { get; private set; } = null!;

    /// <summary>A client of it.</summary>
    public ApiClient Http => Api.Http;

    /// <summary>Makes the store and starts the API.</summary>
    public static async Task<ApiOverStore> StartAsync(params (string Name, string Value)[] settings)
    {
        var started = new ApiOverStore(settings);
        try
        {
            await PostgresServer.AddToAsync(started.Settings);
            await using (var ingest = HostProcess.Start("TechTemp.Ingest", started.Settings))
            {
                await ingest.HealthAsync(health => health.Status == 503 && !health.Body.Contains("store"), "without broker, with store");
                Assert.Equal(0, await ingest.StopAsync());
            }

            started.Api = await HostProcess.StartHealthyAsync("TechTemp.Api", started.Settings);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Changes the store behind the back of the hosts, by SQL that every store understands.</summary>
    public async Task ExecuteAsync(string sql)
    {
        if (PostgresServer.IsUsed)
        {
            await PostgresServer.ExecuteAsync(Settings, sql);
        }
        else
        {
            StoreFile.Execute(StorePath, sql);
        }
    }

    /// <summary>Posts readings, which all must be new and valid.</summary>
    public async Task StoreAsync(string device, params IEnumerable<(string Ts, double Temperature, double Humidity)> readings)
    {
        var rows = readings.Select(r => new { device_uid = device, ts = r.Ts, temperature = r.Temperature, humidity = r.Humidity }).ToList();
        var answer = await Http.PostAsync("/api/v1/readings", rows);
        Assert.Equal(200, answer.Status);
        Assert.Equal(rows.Count, (int)answer.Data["accepted"]!);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await (Api?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }
}
