using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TechTemp.Api.Readings;
using TechTemp.Readings.Messages;

namespace TechTemp.Api.Live;

/// <summary>
/// The newest state of each device, and the last changes of them in order. Listeners have no queues of their own: each
/// has a position in this one log and reads on from there, so a slow one costs nothing and holds nobody up. One that is
/// further behind than the log reaches gets the newest state of each device that has changed since, which is all that
/// counts of a state. Thread-safe.
/// </summary>
public sealed partial class LiveStates(IOptions<LiveOptions> options, ILogger<LiveStates> logger)
{
    // In every id, and random: after a restart, and at another replica, an id of this run is known to be a foreign one.
    private readonly string _run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly Lock _lock = new();
    private readonly LiveEvent[] _log = new LiveEvent[options.Value.KeptEvents];
    private readonly Dictionary<string, LiveEvent> _newest = [];
    private readonly Dictionary<string, long> _deleted = [];
    private LiveEvent[]? _snapshot;
    private long _last;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Takes a state up. One that says nothing new is no event, and one that is cleared is forgotten.</summary>
    /// <param name="topic">The topic that it was published on.</param>
    /// <param name="payload">The state (contract, section 1); empty when the device is no more.</param>
    /// <param name="isCopy">
    /// Whether it is what a broker kept. A broker that was killed has older states than those already seen. What is published
    /// now is followed wherever it goes: back, when the newest reading of a device was removed.
    /// </param>
    /// <param name="trace">The trace that it came with; default for none, or for that of <see cref="Activity.Current"/>.</param>
    public void Accept(string topic, ReadOnlySpan<byte> payload, bool isCopy = false, ActivityContext trace = default)
    {
        if (!SensorTopic.TryParseState(topic, out _, out var device))
        {
            LogIgnored(logger, topic);
        }
        else if (payload.IsEmpty)
        {
            Clear(device, topic);
        }
        else if (StatePayload.Parse(payload) is { } state)
        {
            // The trace of a copy ended long ago.
            using var span = isCopy ? null : LiveTelemetry.StartPush(topic, trace);
            Update(device, topic, state, isCopy, span);
        }
        else
        {
            LogIgnored(logger, topic);
        }
    }

    /// <summary>Forgets every device but these.</summary>
    internal void KeepOnly(IReadOnlySet<string> devices)
    {
        lock (_lock)
        {
            foreach (var gone in _newest.Keys.Where(device => !devices.Contains(device)).ToList())
            {
                Remove(gone, _newest[gone].State);
            }
        }
    }

    /// <summary>The position that an id stands for; null for none and for one that is not of this run.</summary>
    internal long? PositionOf(string? id)
    {
        lock (_lock)
        {
            return id?.Split('-') is [var run, var number] && run == _run
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position <= _last
                    ? position
                    : null;
        }
    }

    /// <summary>What follows a position.</summary>
    /// <param name="position">The position; null for the newest state of each device.</param>
    internal LiveBatch After(long? position)
    {
        lock (_lock)
        {
            return new(position is { } known && _last - known <= _log.Length ? Log(known) : Newest(position ?? 0), _last, _changed.Task);
        }
    }

    private void Update(string device, string topic, StatePayload published, bool isCopy, Activity? span)
    {
        // What is acknowledged matters to the device only.
        var state = published with { AckedSeq = null };
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_newest.TryGetValue(device, out var known))
            {
                if (known.State == state)
                {
                    // The same in another home: only there can it be cleared from now on.
                    _newest[device] = known with { Topic = topic };
                    return;
                }

                if (isCopy && state.Ts < known.State.Ts)
                {
                    return;
                }
            }
            // The broker may keep the state of a device that was deleted a little longer than we know it.
            else if (isCopy && _deleted.TryGetValue(device, out var deleted) && state.Ts <= deleted)
            {
                return;
            }

            _deleted.Remove(device);
            var sequence = ++_last;
            var data = Data(device, state);
            var news = new LiveEvent(sequence, device, topic, state, Frame(sequence, data));
            _newest[device] = news;
            // Who comes later gets the newest states without their traces.
            _log[sequence % _log.Length] = span is null ? news : news with { Frame = Frame(sequence, LiveTelemetry.Traced(data, span)) };
            _snapshot = null;
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    private void Clear(string device, string topic)
    {
        lock (_lock)
        {
            // A device that has another home by now is cleared in the old one only.
            if (_newest.TryGetValue(device, out var known) && known.Topic == topic)
            {
                Remove(device, known.State);
            }
        }
    }

    private void Remove(string device, StatePayload state)
    {
        _newest.Remove(device);
        _deleted[device] = state.Ts;
        _snapshot = null;
    }

    private LiveEvent[] Log(long position)
    {
        var events = new LiveEvent[_last - position];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = _log[(position + 1 + i) % _log.Length];
        }

        return events;
    }

    private ArraySegment<LiveEvent> Newest(long position)
    {
        // In order, so that whoever is cut off within it lacks just what follows its last id.
        _snapshot ??= [.. _newest.Values.OrderBy(e => e.Sequence)];
        var first = Array.FindIndex(_snapshot, e => e.Sequence > position);
        return first < 0 ? ArraySegment<LiveEvent>.Empty : new(_snapshot, first, _snapshot.Length - first);
    }

    private static string Data(string device, StatePayload state)
    {
        var data = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(data))
        {
            LatestJson.Write(json, new(), device, state.Room, state.Ts, state.Values);
        }

        return Encoding.UTF8.GetString(data.WrittenSpan);
    }

    private byte[] Frame(long sequence, string data) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: reading\nid: {_run}-{sequence}\ndata: {data}\n\n"));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(60, LogLevel.Debug, "What was published on {Topic} is not a state")]
    private static partial void LogIgnored(ILogger logger, string topic);
}
