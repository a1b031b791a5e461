using System.Globalization;
using System.Net.Sockets;
using System.Text;
using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>Clients download a long history as slowly as a server lets them, while readings are stored.</summary>
internal static class SlowDownloads
{
    private const int Clients = 20;
    private const int Others = 10;
    private const int LargestLogMb = 64;
    private static readonly PublisherPace s_pace = new(PerSecond: 500);
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(1);

    // 600 bytes a second.
    private const int BytesOfAPart = 60;
    private static readonly TimeSpan s_part = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(FaultRun run)
    {
        var length = TimeSpan.FromSeconds(run.Pick(full: 60, brief: 4));
        await using var site = await Site.StartAsync(run);
        await using var api = await HostProcess.StartHealthyAsync("TechTemp.Api", site.Settings);
        var readings = run.Pick(full: 200_000, brief: 50_000);
        LongHistory.Insert(site.Store, readings);
        await using var fleet = Fleet.Start(site.Broker.Port, Others, s_pace);
        await Eventually.TrueAsync(() => site.Store.SumOfNewest(fleet.Books) > 0, "readings are stored");
        using var enough = new CancellationTokenSource();
        var watching = Stall.LongestAsync(() => site.Store.SumOfNewest(fleet.Books), enough.Token);
        var log = site.Store is StoreFile file ? LargestLogAsync(file, enough.Token) : Task.FromResult(0L);
        var port = int.Parse(api.Settings["HTTP_PORT"], CultureInfo.InvariantCulture);
        var received = new long[Clients];
        var downloads = Enumerable.Range(0, Clients).Select(i => DownloadAsync(port, count => Interlocked.Add(ref received[i], count), enough.Token)).ToList();

        await Eventually.TrueAsync(() => Array.TrueForAll(received, bytes => bytes > 0), "each client receives something");
        await Task.Delay(length);
        await enough.CancelAsync();
        await Task.WhenAll(downloads);
        var (stall, bytes) = (await watching, await log);
        await fleet.StopAsync();
        await Site.SettleAsync(site.Store, fleet.Acknowledged + readings);
        run.Note($"{Clients} clients, {received.Average():F0} bytes each in {length.TotalSeconds:F0} s; {fleet.Acknowledged:N0} readings meanwhile, {(site.Store is StoreFile ? FormattableString.Invariant($"log at most {bytes / 1e6:F1} MB, ") : "")}longest stall {stall.TotalMilliseconds:F0} ms");
        run.Promise(bytes < LargestLogMb * 1_000_000, $"The log grew to {bytes / 1e6:F1} MB.");
        run.Promise(stall <= s_longestStall, $"Nothing was stored for {stall.TotalMilliseconds:F0} ms.");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }

    private static async Task DownloadAsync(int port, Action<int> receive, CancellationToken enough)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await socket.ConnectAsync("127.0.0.1", port, CancellationToken.None);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /api/v1/devices/{LongHistory.Uid}/readings HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n"));
        var part = new byte[BytesOfAPart];
        try
        {
            while (await socket.ReceiveAsync(part, enough) is > 0 and var count)
            {
                receive(count);
                await Task.Delay(s_part, enough);
            }
        }
        catch (OperationCanceledException)
        {
            // Long enough.
        }
    }

    private static async Task<long> LargestLogAsync(StoreFile store, CancellationToken enough)
    {
        var largest = 0L;
        while (!enough.IsCancellationRequested)
        {
            largest = Math.Max(largest, new FileInfo(store.Path + "-wal") is { Exists: true } log ? log.Length : 0);
            await Task.Delay(s_part, CancellationToken.None);
        }

        return largest;
    }
}
