using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Live;

namespace TechTemp.Dashboard.Fleets;

/// <summary>
/// Every device with its newest reading: one copy for all visitors of this process. While somebody looks, the stream keeps it current
/// and the API is asked for all of it from time to time; pages are told of changes at most twice a second. What a page shows of it is a page of a list,
/// so neither a page nor its circuit grows with the number of devices.
/// </summary>
public sealed partial class Fleet(ApiClient api, Quantities quantities, LiveFeed feed, TimeProvider time, ILogger<Fleet> logger) : IDisposable
{
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(10);
    // Kept for whoever comes back or loads the page again.
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);
    // A refresh of many devices takes long; the API has other work, too.
    private const int RestPerWork = 20;
    // More devices that nobody knows than this are asked for together.
    private const int OneByOne = 10;

    private readonly FleetSensors _sensors = new(time);
    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = [];
    private HashSet<string> _unknown = [];
    private CancellationTokenSource? _running;
    private IDisposable? _stream;
    private Task? _loading;
    private long _loadedAt;
    private TimeSpan _took;

    /// <summary>Whether the devices have been fetched at least once.</summary>
    public bool Loaded { get; private set; }

    /// <summary>Why the API did not answer last; null when it did.</summary>
    public string? Error { get; private set; }

    /// <summary>Every device, in no order.</summary>
    public IEnumerable<Sensor> Sensors => _sensors.All;

    /// <summary>How many devices there are.</summary>
    public int Count => _sensors.Count;

    /// <summary>Every room, by name.</summary>
    public IReadOnlyList<Room> Rooms { get; private set; } = [];

    /// <summary>Every home, by name.</summary>
    public IReadOnlyList<string> Homes { get; private set; } = [];

    /// <summary>A device; null when there is none of that uid.</summary>
    public Sensor? Find(string uid) => _sensors.Find(uid);

    /// <summary>Waits until the devices have been fetched. What the API refuses is <see cref="Error"/>.</summary>
    public Task EnsureAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var current = Loaded && Error is null && (_running is not null || time.GetElapsedTime(_loadedAt) < s_fresh);
            return current ? Task.CompletedTask : PatientlyAsync(LoadAsync());
        }

        async Task PatientlyAsync(Task loading)
        {
            try
            {
                await loading.WaitAsync(s_patience, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The page says that it is loading, and is told when it has loaded.
            }
        }
    }

    /// <summary>Fetches everything, after a change that concerns several devices.</summary>
    public async Task RefreshAsync()
    {
        // One that has begun already may have been answered before the change.
        if (_loading is { } loading)
        {
            await loading;
        }

        await LoadAsync();
    }

    /// <summary>Fetches a device that has just been changed, and the rooms.</summary>
    public async Task UpdateAsync(string uid)
    {
        try
        {
            await FetchAsync(uid, CancellationToken.None);
            Rooms = await api.RoomsAsync();
        }
        catch (ApiException e)
        {
            Error = e.Message;
        }
    }

    /// <summary>Keeps the devices current until the result is disposed.</summary>
    /// <param name="onChange">Something has changed. It comes on any thread and must return at once.</param>
    public IDisposable Subscribe(Action<FleetChange> onChange)
    {
        var subscription = new Subscription(this, onChange);
        lock (_lock)
        {
            _subscriptions.Add(subscription);
            if (_running is null)
            {
                _running = new();
                _stream = feed.Subscribe(Take, _ => _loadedAt = 0);
                _ = RunAsync(_running.Token);
            }
        }

        return subscription;
    }

    /// <inheritdoc />
    public void Dispose() => Stop(force: true);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_gather, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var rest = _took * RestPerWork;
                if (_loading is null && time.GetElapsedTime(_loadedAt) > (rest > s_refresh ? rest : s_refresh))
                {
                    _ = LoadAsync();
                }

                await FetchUnknownAsync(cancellationToken);
                Tell();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody looks any more.
        }
    }

    private Task LoadAsync()
    {
        lock (_lock)
        {
            return _loading ??= Task.Run(async () =>
            {
                var before = (Loaded, Error);
                try
                {
                    await FetchAllAsync();
                    (Loaded, Error) = (true, null);
                }
                catch (ApiException e)
                {
                    Error = e.Message;
                }
                finally
                {
                    lock (_lock)
                    {
                        (_loading, _loadedAt) = (null, time.GetTimestamp());
                    }

                    _sensors.Note(null, listed: before != (Loaded, Error));
                }
            });
        }
    }

    private async Task FetchAllAsync()
    {
        var began = time.GetTimestamp();
        await quantities.EnsureAsync(again: Error is not null);
        var rooms = await api.RoomsAsync();
        var latest = (await api.LatestAsync()).ToDictionary(r => r.DeviceId);
        var seen = new HashSet<string>();
        await foreach (var device in api.DevicesAsync())
        {
            seen.Add(device.Uid);
            _sensors.Put(new(device, latest.GetValueOrDefault(device.Uid)), began);
        }

        _sensors.DropOthers(seen, began);
        if (!Rooms.SequenceEqual(rooms))
        {
            Rooms = rooms;
            _sensors.Note(null, listed: true);
        }

        Homes = [.. _sensors.All.Select(s => s.Device.Home).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        _took = time.GetElapsedTime(began);
        if (_took > s_refresh)
        {
            LogSlow(logger, _sensors.Count, _took);
        }
    }

    private async Task FetchUnknownAsync(CancellationToken cancellationToken)
    {
        HashSet<string> unknown;
        lock (_lock)
        {
            (unknown, _unknown) = (_unknown, []);
        }

        if (unknown.Count > OneByOne)
        {
            _loadedAt = 0;
            return;
        }

        try
        {
            foreach (var uid in unknown)
            {
                await FetchAsync(uid, cancellationToken);
            }
        }
        catch (ApiException)
        {
            // The next refresh brings it.
        }
    }

    private async Task FetchAsync(string uid, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        if (await api.DeviceAsync(uid, cancellationToken) is { } device)
        {
            _sensors.Put(new(device, await api.LatestAsync(uid, cancellationToken)), began);
        }
        else
        {
            _sensors.Drop(uid);
        }
    }

    // Comes from the stream.
    private void Take(LatestReading reading)
    {
        if (!_sensors.Take(reading) && Loaded)
        {
            lock (_lock)
            {
                _unknown.Add(reading.DeviceId);
            }
        }
    }

    private void Tell()
    {
        if (_sensors.TakeChange() is not { } change)
        {
            return;
        }

        Subscription[] subscriptions;
        lock (_lock)
        {
            subscriptions = [.. _subscriptions];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.OnChange(change);
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
        }

        Stop(force: false);
    }

    private void Stop(bool force)
    {
        lock (_lock)
        {
            if (_running is null || (_subscriptions.Count > 0 && !force))
            {
                return;
            }

            _running.Cancel();
            _running.Dispose();
            _running = null;
            _stream?.Dispose();
        }
    }

    [LoggerMessage(91, LogLevel.Information, "Fetching {Count} devices took {Duration}")]
    private static partial void LogSlow(ILogger logger, int count, TimeSpan duration);

    private sealed class Subscription(Fleet fleet, Action<FleetChange> onChange) : IDisposable
    {
        public Action<FleetChange> OnChange { get; } = onChange;

        public void Dispose() => fleet.Remove(this);
    }
}
