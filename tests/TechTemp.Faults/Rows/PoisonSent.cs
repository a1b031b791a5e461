using System.Globalization;
using System.Text;
using TechTemp.Faults.Books;
using TechTemp.Faults.Poison;

namespace TechTemp.Faults.Rows;

/// <summary>Messages that no careful device sends, to ingest and to Standalone.</summary>
internal static class PoisonSent
{
    private const int HugeBytes = 2_000_000;
    private const string Last = "poison-last";

    // More than a run sends: what is dropped could not be counted.
    private static readonly (string Name, string Value) s_keepAll = ("Retention__RejectedRows", "10000000");
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task ToIngestAsync(FaultRun run)
    {
        await using var site = await Site.StartAsync(run, s_keepAll);
        var book = await PublishAsync(run, site.Broker.Port, connections: 4, run.Pick(full: 1_000_000, brief: 30_000));
        await HugeAsync(run, site.Broker.Port, book, run.Pick(full: 20, brief: 3));
        await StoredAsync(site.Broker.Port, book, site.Store);

        Judge(run, book, site.Ingest, site.Store);
    }

    public static async Task ToStandaloneAsync(FaultRun run)
    {
        var port = FreePort.Next();
        var store = new StoreFile(Path.Combine(run.Folder, "store", "techtemp.db"));
        Dictionary<string, string> settings = new()
        {
            ["MQTT_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["DB_PATH"] = store.Path,
            [s_keepAll.Name] = s_keepAll.Value,
        };
        await using var standalone = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings);
        var book = await PublishAsync(run, port, connections: 32, run.Pick(full: 200_000, brief: 6_000));
        await HugeAsync(run, port, book, run.Pick(full: 20, brief: 3));
        await StoredAsync(port, book, store);

        Judge(run, book, standalone, store);
    }

    private static async Task<PoisonBook> PublishAsync(FaultRun run, int port, int connections, int messages)
    {
        var source = new PoisonSource(run.Random);
        var book = new PoisonBook();
        await using var publisher = await PoisonPublisher.ConnectAsync(port, connections);
        foreach (var message in source.Introductions())
        {
            await PublishAsync(message);
        }

        // Before them all: another home's reading must not be a device's first.
        await publisher.CompleteAsync();
        for (var i = 0; i < messages; i++)
        {
            await PublishAsync(source.Next());
        }

        await publisher.CompleteAsync();
        return book;

        async Task PublishAsync(PoisonMessage message)
        {
            await publisher.PublishAsync(message);
            book.Add(message);
        }
    }

    /// <summary>What Mosquitto refuses by max_packet_size, and whatever a broker lets through, must be accounted for.</summary>
    private static async Task HugeAsync(FaultRun run, int port, PoisonBook book, int messages)
    {
        var refused = 0;
        for (var i = 0; i < messages; i++)
        {
            var message = new PoisonMessage(SampleReading.Topic("huge"), new byte[HugeBytes], Fate.Rejected, default);
            if (await PoisonPublisher.TryPublishAsync(port, message))
            {
                book.Add(message);
            }
            else
            {
                refused++;
            }
        }

        run.Note($"{messages} of 2 MB, {refused} of them refused by the broker");
    }

    // All others were acknowledged before the last one was sent.
    private static async Task StoredAsync(int port, PoisonBook book, Store store)
    {
        var last = new PoisonMessage(SampleReading.Topic(Last), Encoding.UTF8.GetBytes(SampleReading.Payload()), Fate.Stored, new(Last, SampleReading.Ts, 21.02, 63.33));
        if (!await PoisonPublisher.TryPublishAsync(port, last))
        {
            throw new InvalidOperationException("The last message was not acknowledged.");
        }

        book.Add(last);
        await Eventually.ResultAsync(
            () => Task.FromResult(store.Query($"SELECT count(*) FROM devices WHERE uid = '{Last}';", row => row.GetInt32(0)).Single()),
            count => count == 1,
            "the last message is in the store",
            s_deadline,
            interval: TimeSpan.FromMilliseconds(250));
    }

    private static void Judge(FaultRun run, PoisonBook book, HostProcess process, Store store)
    {
        book.Judge(run, store);
        run.Note($"peak {process.PeakMemory / 1_000_000} MB");
        run.Promise(!process.HasExited, $"It crashed: {process.Error}");
    }
}
