namespace TechTemp.Data.Store;

/// <summary>
/// Keeps work in many transactions from having the writer's place for itself. SQLite's lock has no queue: whoever waits looks
/// again after sleeps that grow to 100 ms (<c>sqliteDefaultBusyCallback</c> in its main.c), and is locked out for seconds by one
/// who commits back to back. So bulk work leaves the lock free now and then for longer than a waiting writer sleeps: half of the
/// time while others write, a tenth where nobody does. One for each piece of work; not thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class BulkPace(TimeProvider time)
{
    /// <summary>How long the lock is left free at least: SQLite's longest sleep, and some for a busy machine.</summary>
    internal static TimeSpan Window { get; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long batches follow each other where nobody else writes: the first who does may wait for as long.</summary>
    internal static TimeSpan LongTurn { get; } = TimeSpan.FromSeconds(1.35);

    // A batch that took longer has itself waited for the lock, or for the disk.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private TimeSpan _worked;
    private bool _othersWrote;
    private long _start;

    /// <summary>Before each batch: completes at once, or after a pause in which whoever waits gets the lock.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask NextAsync(CancellationToken cancellationToken)
    {
        if (_worked >= (_othersWrote ? Window : LongTurn))
        {
            // As long as the work was, where that is more than the window: half of the time is left on a slow machine too.
            var pause = _othersWrote && _worked > Window ? _worked : Window;
            (_worked, _othersWrote) = (TimeSpan.Zero, false);
            await Task.Delay(pause < s_longestPause ? pause : s_longestPause, time, cancellationToken);
        }

        _start = time.GetTimestamp();
    }

    /// <summary>After each batch.</summary>
    /// <param name="othersWrote">Whether another connection has committed since the batch before: SQLite's <c>data_version</c>.</param>
    public void Done(bool othersWrote)
    {
        _worked += time.GetElapsedTime(_start);
        _othersWrote |= othersWrote;
    }
}
