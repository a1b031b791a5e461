using System.Diagnostics;

namespace TechTemp.Load.Clients;

/// <summary>Some connections that ask a server as fast as it answers.</summary>
internal static class HttpLoad
{
    /// <summary>Asks for a while.</summary>
    /// <returns>Answers and bytes of their bodies for each second.</returns>
    public static async Task<(double Requests, double Bytes)> RunAsync(int port, string path, int connections, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource(time);
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => AskAsync(port, path, stop.Token)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (counts.Sum(c => c.Requests) / seconds, counts.Sum(c => c.Bytes) / seconds);
    }

    /// <summary>Asks over one connection until it is stopped.</summary>
    /// <returns>How many answers came, and bytes of their bodies.</returns>
    public static Task<(long Requests, long Bytes)> AskAsync(int port, string path, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            using var connection = new HttpConnection(port, path);
            var (requests, bytes) = (0L, 0L);
            while (!stop.IsCancellationRequested)
            {
                bytes += connection.Ask();
                requests++;
            }

            return (requests, bytes);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
