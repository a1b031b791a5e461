using TechTemp.Testing;

namespace TechTemp.Load.Clients;

/// <summary>Sensors that have much to tell, over eight connections.</summary>
internal sealed class Fleet : IDisposable
{
    private const int Connections = 8;
    private const long Second = 1_000;

    private static readonly long s_now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private readonly List<MqttPublisher> _publishers = [.. Enumerable.Range(0, Connections).Select(_ => new MqttPublisher())];
    private readonly int _sensors;
    private readonly long _step;

    private Fleet(int sensors, long last, long step) => (_sensors, Last, _step) = (sensors, last, step);

    /// <summary>The time of each sensor's last reading.</summary>
    public long Last { get; }

    /// <summary>Makes the messages of one sensor on each connection: readings five minutes apart.</summary>
    /// <param name="prefix">The first level of their topics, as long as that of readings: who listens there.</param>
    /// <param name="readings">How many, of all together.</param>
    /// <param name="before">How many readings of all together come after these.</param>
    public static Fleet Create(string prefix, int readings, int before = 0)
    {
        var fleet = new Fleet(Connections, Site.End - (1 + before / Connections) * Site.Step, Site.Step);
        for (var sensor = 0; sensor < Connections; sensor++)
        {
            var topic = prefix + SampleReading.Topic(Site.Uid(sensor))[prefix.Length..];
            for (var i = readings / Connections - 1; i >= 0; i--)
            {
                fleet.Add(sensor, topic, i);
            }
        }

        return fleet;
    }

    /// <summary>Makes the messages of several homes with many devices, which take turns: readings one second apart, up to now, so that a worker that starts seals none of them.</summary>
    /// <param name="homes">The homes.</param>
    /// <param name="devices">How many devices each has.</param>
    /// <param name="readings">How many readings each device has.</param>
    /// <param name="before">How many readings of each device come after these.</param>
    public static Fleet OfHomes(IReadOnlyList<string> homes, int devices, int readings, int before = 0)
    {
        var fleet = new Fleet(homes.Count * devices, s_now - before * Second, Second);
        var topics = homes.SelectMany(home => Enumerable.Range(0, devices).Select(device => SampleReading.Topic($"{home}-{device}", home))).ToList();
        for (var i = readings - 1; i >= 0; i--)
        {
            for (var sensor = 0; sensor < topics.Count; sensor++)
            {
                fleet.Add(sensor, topics[sensor], i);
            }
        }

        return fleet;
    }

    /// <summary>Connects them.</summary>
    public Task ConnectAsync(int port) => Task.WhenAll(_publishers.Select(p => p.ConnectAsync(port)));

    /// <summary>Completes when the broker has acknowledged all messages.</summary>
    public Task PublishAsync() => Task.WhenAll(_publishers.Select(p => p.PublishAsync()));

    /// <summary>Whether a store has each sensor's last reading: they come in their order, so it has all then.</summary>
    public bool IsStored(StoredReadings store) => store.SensorsUpTo(Last) == _sensors;

    /// <inheritdoc />
    public void Dispose() => _publishers.ForEach(p => p.Dispose());

    // The readings of a sensor come over one connection, so in their order.
    private void Add(int sensor, string topic, int stepsToLast) =>
        _publishers[sensor % Connections].Add(topic, SampleReading.Payload(Last - stepsToLast * _step, 20 + stepsToLast % 500 / 100.0, 50 + stepsToLast % 900 / 100.0));
}
