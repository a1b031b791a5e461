using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace TechTemp.Clients.Device.Spool;

/// <summary>
/// The readings that are not known to be stored yet, on disk, in the order they were taken (decision 0012). A reading is in it, synced,
/// before it is sent, and leaves it when its number is released. At most so many are kept; the oldest are dropped first, and
/// counted. A disk that takes nothing does not stop the device: what could not be written is kept in memory and written when
/// the disk works again. Thread-safe.
/// </summary>
public sealed partial class ReadingSpool : IDisposable
{
    private const int SaidEach = 1000;

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly int _maxReadings;
    private readonly ILogger _logger;
    private readonly FileStream _inUse;
    private readonly List<SpoolSegment> _segments;
    private readonly List<NumberedReading> _unwritten = [];
    private bool _failing;
    private long _oldest;
    private long _next;
    private long _dropped;
    private long _damaged;
    private long _damagedBelow;

    private ReadingSpool(string folder, int maxReadings, TimeProvider time, ILogger logger)
    {
        (_folder, _maxReadings, _logger) = (folder, maxReadings, logger);
        PrivateFiles.CreateFolder(folder);
        // Held by one process at a time; its end, however it comes, lets go of it.
        _inUse = PrivateFiles.Open(Path.Combine(folder, "in-use"), FileShare.None);
        try
        {
            _segments = SpoolSegment.List(folder);
            if (_segments.Count == 0)
            {
                // Above whatever a lost spool of this device has given, which the clock has overtaken: a reading takes far more than a millisecond.
                _segments.Add(SpoolSegment.Create(folder, time.GetUtcNow().ToUnixTimeMilliseconds()));
            }
            else
            {
                var (cutOff, last) = Last.Resume();
                NewestTs = last?.Reading.Ts;
                if (cutOff > 0)
                {
                    LogCutOff(_logger, folder, cutOff);
                }
            }
        }
        catch
        {
            _inUse.Dispose();
            throw;
        }

        _oldest = _damagedBelow = _segments[0].First;
        _next = Last.End;
        PossiblySent = _next - 1;
    }

    /// <summary>A reading was added. The handler must be quick.</summary>
    public event Action? Appended;

    /// <summary>The lowest number that is still kept: <c>seq_oldest</c>.</summary>
    public long Oldest => Locked(() => _oldest);

    /// <summary>The number that the next reading gets.</summary>
    public long Next => Locked(() => _next);

    /// <summary>How many readings are kept.</summary>
    public long Count => Locked(() => _next - _oldest);

    /// <summary>How many were dropped because there was no room, since the start.</summary>
    public long Dropped => Locked(() => _dropped);

    /// <summary>How many records were found damaged, since the start. They are never read as data.</summary>
    public long Damaged => Locked(() => _damaged);

    /// <summary>The highest number that was in the spool when it was opened, and so may have been sent by an earlier run.</summary>
    public long PossiblySent { get; }

    /// <summary>The time of the last reading, as of the opening; null when there is none.</summary>
    public long? NewestTs { get; }

    private SpoolSegment Last => _segments[^1];

    /// <summary>Opens a folder's spool, or begins one.</summary>
    /// <param name="folder">The folder; created.</param>
    /// <param name="maxReadings">The most readings that are kept.</param>
    /// <param name="time">The clock, which says where the numbers begin.</param>
    /// <param name="logger">Is told of trouble.</param>
    /// <exception cref="IOException">The folder cannot be used, or another process uses it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be used.</exception>
    public static ReadingSpool Open(string folder, int maxReadings, TimeProvider time, ILogger logger) => new(folder, maxReadings, time, logger);

    /// <summary>Adds a reading; it is on disk when the call returns, as far as the disk works.</summary>
    public void Append(in SensorReading reading) => Append([reading]);

    /// <summary>Adds readings with one sync.</summary>
    public void Append(IEnumerable<SensorReading> readings)
    {
        lock (_lock)
        {
            foreach (var reading in readings)
            {
                _unwritten.Add(new(_next++, reading));
            }

            Write();
            Bound();
        }

        Appended?.Invoke();
    }

    /// <summary>The readings from a number on, in order.</summary>
    public IReadOnlyList<NumberedReading> Read(long from, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
        {
            from = Math.Max(from, _oldest);
            var found = new List<NumberedReading>();
            foreach (var segment in _segments.FindAll(s => s.End > from))
            {
                for (var at = Math.Max(from, segment.First); at < segment.End && found.Count < limit; at += limit)
                {
                    found.AddRange(ReadOrSetAside(segment, at, limit));
                }
            }

            // Behind a batch that is full lies more on disk, which would look like a hole.
            if (found.Count < limit)
            {
                found.AddRange(_unwritten.Where(u => u.Seq >= from));
            }

            SkipDamaged(from, found);
            return found.Count > limit ? found[..limit] : found;
        }
    }

    /// <summary>Lets go of all readings up to a number.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Release(long upTo)
    {
        lock (_lock)
        {
            if (upTo < _oldest)
            {
                return false;
            }

            MoveOldest(Math.Min(upTo + 1, _next));
            return true;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _segments.ForEach(s => s.Dispose());
            _inUse.Dispose();
        }
    }

    private void Write()
    {
        try
        {
            while (_unwritten.Count > 0)
            {
                // A number that was released before it could be written leaves no place behind.
                if (Last.IsFull || _unwritten[0].Seq >= Last.First + SpoolSegment.Capacity)
                {
                    var next = SpoolSegment.Create(_folder, _unwritten[0].Seq);
                    Last.Dispose();
                    _segments.Add(next);
                }

                var room = (int)Math.Min(_unwritten.Count, Last.First + SpoolSegment.Capacity - _unwritten[0].Seq);
                Last.Write(CollectionsMarshal.AsSpan(_unwritten)[..room]);
                _unwritten.RemoveRange(0, room);
            }

            if (_failing)
            {
                LogWorksAgain(_logger, _folder);
            }

            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Said once; each reading would otherwise say it again.
            if (!_failing)
            {
                LogFailing(_logger, _folder, e.Message);
            }

            _failing = true;
        }
    }

    private void Bound()
    {
        var tooMany = _next - _oldest - _maxReadings;
        if (tooMany <= 0)
        {
            return;
        }

        // The first, and then each thousand: a spool that is full stays so for long.
        var said = _dropped == 0 ? -1 : _dropped / SaidEach;
        _dropped += tooMany;
        if (_dropped / SaidEach != said)
        {
            LogFull(_logger, _folder, _maxReadings, _dropped);
        }

        MoveOldest(_oldest + tooMany);
    }

    private void MoveOldest(long oldest)
    {
        _oldest = oldest;
        _unwritten.RemoveAll(u => u.Seq < oldest);
        // The last file stays, empty or not: it keeps the counter.
        while (_segments.Count > 1 && _segments[0].End <= oldest)
        {
            try
            {
                File.Delete(_segments[0].Path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return;
            }

            _segments[0].Dispose();
            _segments.RemoveAt(0);
        }
    }

    // A file that the disk does not give back must not hold up the others. It is not deleted: somebody may rescue it.
    private List<NumberedReading> ReadOrSetAside(SpoolSegment segment, long from, int limit)
    {
        try
        {
            return segment.Read(from, limit);
        }
        catch (Exception e) when (segment != Last && e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(_logger, segment.Path, e.Message);
            _segments.Remove(segment);
            try
            {
                File.Move(segment.Path, segment.Path + ".unreadable", overwrite: true);
            }
            catch (Exception rename) when (rename is IOException or UnauthorizedAccessException)
            {
                // It keeps its name, and is tried again after the next start.
            }

            return [];
        }
    }

    // What nobody can read any more will never come: seq_oldest says so as soon as nothing older is kept.
    private void SkipDamaged(long from, List<NumberedReading> found)
    {
        var expected = from;
        foreach (var seq in found.Select(f => f.Seq).Append(found.Count == 0 ? _next : found[^1].Seq + 1))
        {
            var damaged = seq - Math.Max(expected, _damagedBelow);
            if (damaged > 0)
            {
                _damaged += damaged;
                LogDamaged(_logger, _folder, damaged);
            }

            expected = seq + 1;
            _damagedBelow = Math.Max(_damagedBelow, seq);
        }

        if (from == _oldest)
        {
            MoveOldest(found.Count == 0 ? _next : found[0].Seq);
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "Spool {Folder}: cut off {Bytes} bytes behind the last whole record, left by an interrupted write")]
    private static partial void LogCutOff(ILogger logger, string folder, long bytes);

    [LoggerMessage(11, LogLevel.Error, "Spool {Folder} cannot be written: {Message} Readings are kept in memory alone until it can")]
    private static partial void LogFailing(ILogger logger, string folder, string message);

    [LoggerMessage(12, LogLevel.Warning, "Spool {Folder} can be written again")]
    private static partial void LogWorksAgain(ILogger logger, string folder);

    [LoggerMessage(13, LogLevel.Warning, "Spool {Folder} is full with {MaxReadings} readings: the oldest are dropped, {Dropped} so far")]
    private static partial void LogFull(ILogger logger, string folder, int maxReadings, long dropped);

    [LoggerMessage(14, LogLevel.Error, "Spool {Folder}: {Count} records are damaged and are not sent")]
    private static partial void LogDamaged(ILogger logger, string folder, long count);

    [LoggerMessage(15, LogLevel.Error, "Spool file {Path} cannot be read and is set aside: {Message}")]
    private static partial void LogUnreadable(ILogger logger, string path, string message);
}
