using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Replay;
using TechTemp.Data.Store;
using TechTemp.Data.Takeover;
using TechTemp.Data.Work;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Storage;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>A store of any provider, as the contract of the writer needs it: the writer, and ways to look at what it wrote and to disturb it. The clock stands still.</summary>
internal abstract class WrittenStore : IAsyncDisposable
{
    private readonly List<ReadingWriter> _writers = [];

    public IngestOptions Ingest { get; } = new();

    public RetentionOptions Retention { get; } = new();

    public FakeTimeProvider Time { get; } = new(TestStore.Start);

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The writer that <see cref="WriteAsync"/> uses.</summary>
    public ReadingWriter Writer => field ??= NewWriter();

    public StoreState State => field ??= new(Time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What is written, as queries read it.</summary>
    public abstract IReadingStore Reading { get; }

    /// <summary>The newest readings.</summary>
    public abstract ILatestReadings Latest { get; }

    /// <summary>For ordinary SQL.</summary>
    public abstract IStoreSql Sql { get; }

    /// <summary>For sealing, removal, retention and verification.</summary>
    public abstract IMaintenanceStore Maintenance { get; }

    /// <summary>How large it is.</summary>
    public abstract IStoreSize Size { get; }

    /// <summary>What the writer writes to.</summary>
    public abstract IWriteStore Port { get; }

    /// <summary>Tries refused messages again.</summary>
    public MessageReplay Replay => field ??= new(Port, Options.Create(Ingest), Time);

    protected ReadingClock Clock => field ??= new(Options.Create(Ingest), Time);

    /// <summary>A writer that remembers nothing, as after a restart.</summary>
    /// <param name="port">What it writes to, where that is not <see cref="Port"/>.</param>
    public ReadingWriter NewWriter(IWriteStore? port = null)
    {
        var ingest = Options.Create(Ingest);
        var writer = new ReadingWriter(port ?? Port, State, ingest, Options.Create(Retention), new ReadingClock(ingest, Time), Time, NullLogger<ReadingWriter>.Instance);
        _writers.Add(writer);
        return writer;
    }

    /// <summary>Finishes what other processes have left, as each process does.</summary>
    public UnfinishedWork NewUnfinishedWork()
    {
        var work = new WorkRegistry(Sql);
        var replay = new HeldReplay(Sql, Replay, work, Time, NullLogger<HeldReplay>.Instance);
        return new(work, replay, new(Maintenance, Sql, Time), State, Time, NullLogger<UnfinishedWork>.Instance);
    }

    public Task<BatchResult> WriteAsync(params IReadOnlyList<IncomingMessage> batch) => Writer.WriteAsync(batch, Cancel);

    /// <summary>Looks at the store, or changes it, through EF Core.</summary>
    public async Task<T> WithAsync<T>(Func<TechTempContext, Task<T>> use)
    {
        await using var context = Context();
        return await use(context);
    }

    /// <summary>Uses the list of refused messages.</summary>
    public Task<T> RejectedAsync<T>(Func<RejectedMessages, Task<T>> use) => WithAsync(context => use(new(context, Replay, Time)));

    /// <summary>The refused messages, in the order of receipt.</summary>
    public Task<List<RejectedMessage>> KeptAsync() => WithAsync(context => context.RejectedMessages.AsNoTracking().OrderBy(r => r.Id).ToListAsync(Cancel));

    /// <summary>Provisions a device that is not known yet, in no room.</summary>
    public Task<int> ProvisionAsync(string uid = "s1", string home = "h1") => WithAsync(context =>
    {
        context.Devices.Add(new() { Uid = uid, Home = home, Provisioned = true, CreatedAt = Time.GetUtcNow() });
        return context.SaveChangesAsync(Cancel);
    });

    /// <summary>The rows of a device, oldest first.</summary>
    public abstract Task<IReadOnlyList<Measurement>> RowsAsync(string uid = "s1");

    /// <summary>Runs SQL that every provider understands.</summary>
    public abstract Task ExecuteAsync(string sql);

    /// <summary>Makes the store fail for readings of one temperature: an index of them cannot be computed.</summary>
    public abstract Task FailForAsync(int temperature);

    /// <summary>Moves all rows of a device into a page of a day each.</summary>
    public async Task SealAsync(string uid)
    {
        var id = await WithAsync(c => c.Devices.Where(d => d.Uid == uid).Select(d => d.Id).SingleAsync());
        foreach (var day in (await RowsAsync(uid)).GroupBy(r => PageKey.DayOf(r.Ts)))
        {
            var readings = new PageReadingsBuilder();
            foreach (var (ts, values) in day)
            {
                readings.Add(ts, values, 0);
            }

            await AddPageAsync(PageEncoder.Encode(new(id, day.Key, PageKey.Day), readings.Build()!));
        }

        await ExecuteAsync($"DELETE FROM readings WHERE device_id = {id};");
    }

    public async ValueTask DisposeAsync()
    {
        _writers.ForEach(writer => writer.Dispose());
        await CloseAsync();
    }

    protected abstract TechTempContext Context();

    protected abstract Task AddPageAsync(Page page);

    protected abstract ValueTask CloseAsync();
}
