using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TechTemp.Data;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Ingest;
using TechTemp.Ingest.Pipeline;
using TechTemp.Rules.Tests.Support;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Hosting;

public sealed class OptionsValidationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Store:BusyTimeout", "00:01:00.001", "BusyTimeout")]
    [InlineData("Store:BusyTimeout", "-00:00:01", "BusyTimeout")]
    [InlineData("Ingest:MaxBatch", "0", "MaxBatch")]
    [InlineData("Ingest:MaxBatch", "100001", "MaxBatch")]
    [InlineData("Ingest:InHandLimit", "0", "InHandLimit")]
    [InlineData("Ingest:InHandLimit", "65536", "InHandLimit")]
    [InlineData("Ingest:UnknownDevices", "7", "UnknownDevices")]
    [InlineData("Ingest:MaxAutoRegistered", "-1", "MaxAutoRegistered")]
    [InlineData("Ingest:MaxAutoRegistered", "10000001", "MaxAutoRegistered")]
    [InlineData("Ingest:FutureTolerance", "-00:00:01", "FutureTolerance")]
    [InlineData("Ingest:FutureTolerance", "1.00:00:01", "FutureTolerance")]
    [InlineData("Retention:RejectedRows", "0", "RejectedRows")]
    [InlineData("Retention:Rejected", "00:00:59", "Rejected")]
    public async Task A_bad_value_stops_the_start_with_its_name(string key, string value, string named)
    {
        using var host = NewHost(key, value);
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store:BusyTimeout", "00:00:00")]
    [InlineData("Store:BusyTimeout", "00:01:00")]
    [InlineData("Ingest:MaxBatch", "1")]
    [InlineData("Ingest:InHandLimit", "65535")]
    [InlineData("Ingest:UnknownDevices", "hold")]
    [InlineData("Ingest:MaxAutoRegistered", "0")]
    [InlineData("Retention:RejectedRows", "1")]
    [InlineData("Retention:Rejected", "00:01:00")]
    public async Task A_value_at_its_bound_is_taken(string key, string value)
    {
        using var host = NewHost(key, value);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
        using var connection = new SqliteConnection(host.Services.GetRequiredService<StoreConnections>().ConnectionString);
        SqliteConnection.ClearPool(connection);
    }

    private IHost NewHost(string key, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Store:Path"] = _folder.File("techtemp.db");
        builder.Configuration[key] = value;
        builder.AddStoreOwner(new SqliteProvider());
        builder.AddIngestPipeline();
        builder.Services.AddSingleton<IStateSink>(new RecordingSink());
        return builder.Build();
    }
}
