using System.Diagnostics;

namespace TechTemp.Faults.Machine;

/// <summary>Watches something that ought to go on.</summary>
internal static class Stall
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest time in which a figure did not rise.</summary>
    /// <param name="figure">Reads the figure.</param>
    /// <param name="enough">Ends the watch.</param>
    public static async Task<TimeSpan> LongestAsync(Func<long> figure, CancellationToken enough)
    {
        var (longest, last, since) = (TimeSpan.Zero, long.MinValue, Stopwatch.GetTimestamp());
        while (!enough.IsCancellationRequested)
        {
            var now = figure();
            if (now > last)
            {
                (last, since) = (now, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) is var stall && stall > longest)
            {
                longest = stall;
            }

            await Task.Delay(s_interval, CancellationToken.None);
        }

        return longest;
    }
}
