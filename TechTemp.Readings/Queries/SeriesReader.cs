using System.Diagnostics.CodeAnalysis;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Storage;

namespace TechTemp.Readings.Queries;

/// <summary>Reads a series, newest first, of one moment by descending key of the device. Not thread-safe.</summary>
internal sealed class SeriesReader(Series series)
{
    // Some hundred kilobytes.
    private const int MostMerged = 4_096;

    // Mostly one part of one device.
    private readonly Source[] _sources = series.Parts is [var single]
        ? [new(single.DeviceId, new(series.Parts))]
        : [.. series.Parts.GroupBy(p => p.DeviceId).Select(parts => new Source(parts.Key, new(parts)))];

    private readonly PriorityQueue<Source, (long, int)> _newestFirst = new();

    /// <summary>Whether nothing is left to be read or taken.</summary>
    public bool IsAtEnd => Array.TrueForAll(_sources, source => source.IsAtEnd);

    /// <summary>Reads on, until <see cref="TryTake"/> gives something or the series has ended.</summary>
    /// <param name="snapshot">What is read from; another one than before may be used.</param>
    /// <param name="count">About how many readings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async ValueTask ReadAsync(IReadingSnapshot snapshot, int count, CancellationToken cancellationToken)
    {
        // Of many devices each has the newest readings of a short time only.
        var ofEach = Math.Max(count / Math.Max(1, _sources.Length), Math.Min(count, 64));
        foreach (var source in _sources)
        {
            if (source.Block is null && !source.IsAtEnd)
            {
                await source.Readings.ReadAsync(snapshot, ofEach, cancellationToken);
                Next(source);
            }
        }
    }

    /// <summary>Takes readings that have been read.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="block">The next readings.</param>
    /// <returns>False when more must be read first, or there are none.</returns>
    public bool TryTake(int limit, [NotNullWhen(true)] out SeriesBlock? block)
    {
        if (_sources is not [var single])
        {
            block = Merge(Math.Min(limit, MostMerged));
            return block is not null;
        }

        block = single.Block;
        if (block is null)
        {
            return false;
        }

        block.Cut(limit);
        Next(single);
        return true;
    }

    private void Next(Source source)
    {
        source.Block = source.Readings.IsReady ? source.Readings.Take() : null;
        if (source.Block is { } block)
        {
            source.Index = block.Last;
            Enqueue(source);
        }
    }

    private void Enqueue(Source source)
    {
        if (_sources.Length > 1)
        {
            _newestFirst.Enqueue(source, (-source.Block!.Times[source.Index], -source.DeviceId));
        }
    }

    // Until one of the devices must be read on: what it has may be newer than what the others have.
    private SeriesBlock? Merge(int limit)
    {
        var merged = new MergedBlock(limit);
        while (!merged.IsFull && Array.TrueForAll(_sources, s => s.Block is not null || s.IsAtEnd) && _newestFirst.TryDequeue(out var source, out _))
        {
            merged.Add(source.Block!, source.Index, source.DeviceId);
            if (source.Index-- == source.Block!.First)
            {
                Next(source);
            }
            else
            {
                Enqueue(source);
            }
        }

        return merged.Build();
    }

    private sealed class Source(int deviceId, DeviceReadings readings)
    {
        public int DeviceId => deviceId;

        public DeviceReadings Readings => readings;

        /// <summary>What is being taken; null where more must be read first.</summary>
        public SeriesBlock? Block { get; set; }

        /// <summary>The next reading of it.</summary>
        public int Index { get; set; }

        public bool IsAtEnd => Block is null && readings.IsAtEnd;
    }
}
