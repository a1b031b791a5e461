using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechTemp.Data;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Postgres;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.Bench;

/// <summary>A store in a folder of its own, as a host has it, filled with believable readings.</summary>
public sealed class Site : IDisposable
{
    public const long Step = 300_000;
    public const long Day = 86_400_000;

    // An end that does not change, so that two runs read the same.
    public static readonly long End = new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly TempFolder _folder = new();
    private readonly IHost _host;

    private Site(string? database = null)
    {
        IsServer = database is not null;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:techtemp"] = database ?? $"Data Source={Path}";
        builder.AddStoreOwner(new SqliteProvider(), new PostgresProvider());
        _host = builder.Build();
        Answer(MigrateAsync());
        Get<StoreState>().SetReady();
    }

    /// <summary>Whether its store is a PostgreSQL database.</summary>
    public bool IsServer { get; }

    public string Path => _folder.File("techtemp.db");

    public long Readings { get; private set; }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>With that many devices and days; the first three devices stand in one room and were moved twice.</summary>
    /// <param name="devices">How many devices, whose readings come in turn.</param>
    /// <param name="days">How many days of readings, up to <see cref="End"/>.</param>
    /// <param name="batch">How many readings are written at a time.</param>
    public static async Task<Site> CreateAsync(int devices, int days, int batch = 5_000)
    {
        var site = new Site();
        var start = End - days * Day;
        var seconds = Table.Time(() => site.Fill(Messages(devices, start, End), batch)) / 1000;
        await site.PlaceAsync(start, days);
        site.SealAndTell(seconds);
        return site;
    }

    /// <summary>With these readings, and no rooms.</summary>
    /// <param name="readings">The readings; those of one device in the order of time.</param>
    public static Site Create(IEnumerable<IncomingMessage> readings)
    {
        var site = new Site();
        site.SealAndTell(Table.Time(() => site.Fill(readings, batch: 5_000)) / 1000);
        return site;
    }

    /// <summary>
    /// As <see cref="CreateAsync"/>, in a PostgreSQL database: day by day, each sealed before the next one comes, as in a year. What sealing frees is then used by the next day.
    /// </summary>
    /// <param name="database">The connection string of a new database.</param>
    /// <param name="devices">How many devices, whose readings come in turn.</param>
    /// <param name="days">How many days of readings, up to <see cref="End"/>.</param>
    public static async Task<Site> CreateOnServerAsync(string database, int devices, int days)
    {
        var site = new Site(database);
        var start = End - days * Day;
        var (written, isSealed) = (0d, 0d);
        for (var day = start; day < End; day += Day)
        {
            written += Table.Time(() => site.Fill(Messages(devices, day, day + Day), batch: 5_000)) / 1000;
            isSealed += Table.Time(site.Seal) / 1000;
            site.Vacuum();
        }

        await site.PlaceAsync(start, days);
        site.Tell(written, isSealed);
        return site;
    }

    public static Site Empty(string? database = null) => new(database);

    public static Site WithOneReadingEach(int devices)
    {
        var site = Empty();
        site.Fill(Messages(devices, End - Step, End), devices);
        return site;
    }

    /// <summary>The readings of one moment, or of many, as they come in: one of each device after the other.</summary>
    public static IEnumerable<IncomingMessage> Messages(int devices, long from, long to)
    {
        for (var ts = from; ts < to; ts += Step)
        {
            for (var device = 0; device < devices; device++)
            {
                var phase = ts / (double)Day * 2 * Math.PI + device;
                var measurement = new Measurement(
                    ts + device * 1_000, Math.Round(20 + device % 5 + 3 * Math.Sin(phase) + ts / Step % 7 * 0.03, 2), Math.Round(50 + 20 * Math.Cos(phase) + ts / Step % 11 * 0.1, 2));
                yield return IncomingMessage.FromMeasurement(Uid(device), measurement, End, ReadingSource.Mqtt, "home1");
            }
        }
    }

    public static string Uid(int device) => $"sensor-{device:00}";

    public SqliteConnection Open() => Get<StoreConnections>().Open();

    /// <summary>The whole series of a device, calibrated.</summary>
    public Series OfDevice(string uid) => Series(snapshot => snapshot.OfDeviceAsync(uid, long.MinValue, long.MaxValue, calibrated: true, CancellationToken.None));

    /// <summary>The whole series of a room, calibrated.</summary>
    public Series OfRoom(string uid) => Series(snapshot => snapshot.OfRoomAsync(uid, long.MinValue, long.MaxValue, calibrated: true, CancellationToken.None));

    /// <summary>The newest readings of a series.</summary>
    public IReadOnlyList<SeriesBlock> Newest(Series series, int limit) => Answer(Get<SeriesQueries>().NewestAsync(series, limit, CancellationToken.None));

    /// <summary>All buckets of a series, newest first: at most 40,000, more than the quarter hours of a year.</summary>
    public IReadOnlyList<Bucket> Buckets(Series series, TimeBuckets buckets) =>
        Answer(Get<BucketQueries>().NewestAsync(series.Parts, buckets, 40_000, QuantitySet.All, CancellationToken.None));

    /// <summary>All buckets of a series, one after the other, as an export reads them.</summary>
    /// <returns>How many there are.</returns>
    public int Export(Series series, TimeBuckets buckets)
    {
        var all = Get<BucketQueries>().AllAsync(series.Parts, buckets, QuantitySet.All, CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        var count = 0;
        while (Answer(all.MoveNextAsync()))
        {
            count++;
        }

        return count;
    }

    /// <summary>An answer of the store: SQLite computes in the calling thread, so the task has ended.</summary>
    public static T Ended<T>(ValueTask<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("The store went on in another thread.");

    // A server answers in another thread.
    private T Answer<T>(ValueTask<T> task) => IsServer ? task.AsTask().GetAwaiter().GetResult() : Ended(task);

    /// <summary>So that what is read next comes from the disk; false where this process may not.</summary>
    public static bool ForgetCaches()
    {
        SqliteConnection.ClearAllPools();
        try
        {
            File.WriteAllText("/proc/sys/vm/drop_caches", "3");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A writer of its own.</summary>
    public ReadingWriter Writer() => ActivatorUtilities.CreateInstance<ReadingWriter>(_host.Services);

    /// <summary>Seals what is finished, and gives what is free back.</summary>
    public void Seal()
    {
        Answer(StepsAsync(Get<ReadingSealing>().SealAsync(e => throw e, CancellationToken.None)));
        Answer(StepsAsync(Get<ReadingRetention>().DropAsync(CancellationToken.None)));
    }

    /// <summary>The size of the file when nothing is left in its log; on a server that of the tables of readings, rows and pages, with their indices.</summary>
    public long Bytes()
    {
        if (IsServer)
        {
            Vacuum();
            return Answer(Get<IStoreSql>().QueryAsync("SELECT pg_total_relation_size('readings') + pg_total_relation_size('pages');", row => row.GetInt64(0), CancellationToken.None)).Single();
        }

        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
        command.ExecuteNonQuery();
        return new FileInfo(Path).Length;
    }

    public void Dispose()
    {
        _host.Dispose();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private Series Series(Func<SeriesSnapshot, ValueTask<Series?>> find) => Answer(SeriesAsync(find))!;

    private async ValueTask<Series?> SeriesAsync(Func<SeriesSnapshot, ValueTask<Series?>> find)
    {
        await using var snapshot = await Get<SeriesQueries>().OpenAsync("devices", CancellationToken.None);
        return await find(snapshot);
    }

    private void SealAndTell(double seconds)
    {
        Tell(seconds, Table.Time(Seal) / 1000);
    }

    private void Tell(double seconds, double sealing) => Console.WriteLine(
        $"{Readings:N0} readings written in {seconds:F1} s and sealed in {sealing:F1} s; the {(IsServer ? "tables of readings have" : "file has")} {Bytes() / (double)Readings:F1} bytes a reading, indices included");

    // As autovacuum does soon after many rows are gone, but at once.
    private void Vacuum()
    {
        Answer(Get<IStoreSql>().ExecuteAsync("VACUUM (ANALYZE) readings;", CancellationToken.None));
        Answer(Get<IStoreSql>().ExecuteAsync("VACUUM (ANALYZE) pages;", CancellationToken.None));
    }

    private async ValueTask<bool> MigrateAsync()
    {
        await Get<IStoreSchema>().MigrateAsync(CancellationToken.None);
        return true;
    }

    private void Fill(IEnumerable<IncomingMessage> readings, int batch)
    {
        var writer = Get<ReadingWriter>();
        foreach (var messages in readings.Chunk(batch))
        {
            // Into a file complete when it returns: it is written in this process.
            writer.WriteAsync(messages, CancellationToken.None).GetAwaiter().GetResult();
            Readings += messages.Length;
        }
    }

    private static async ValueTask<int> StepsAsync<T>(IAsyncEnumerable<T> steps)
    {
        var count = 0;
        await foreach (var _ in steps)
        {
            count++;
        }

        return count;
    }

    private async Task PlaceAsync(long start, int days)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var devices = scope.ServiceProvider.GetRequiredService<DeviceRegistry>();
        for (var device = 0; device < 3; device++)
        {
            foreach (var (room, part) in new[] { ("salon", 0), ("attic", 3), ("salon", 7) })
            {
                var at = DateTimeOffset.FromUnixTimeMilliseconds(start + days * Day * part / 10 + device * 1_234_567);
                await devices.UpdateAsync(Uid(device), new(false, null, room, room, at), CancellationToken.None);
            }
        }
    }
}
