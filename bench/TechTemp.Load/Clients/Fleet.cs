using TechTemp.Testing;

namespace TechTemp.Load.Clients;

/// <summary>Eight sensors that have much to tell, each over a connection of its own.</summary>
internal sealed class Fleet : IDisposable
{
    private const int Sensors = 8;

    private readonly List<MqttPublisher> _publishers = [];

    private Fleet(long last) => Last = last;

    /// <summary>The time of each sensor's last reading.</summary>
    public long Last { get; }

    /// <summary>Makes their messages: readings five minutes apart.</summary>
    /// <param name="prefix">The first level of their topics, as long as that of readings: who listens there.</param>
    /// <param name="readings">How many, of all together.</param>
    /// <param name="before">How many readings of all together come after these.</param>
    public static Fleet Create(string prefix, int readings, int before = 0)
    {
        var last = Site.End - (1 + before / Sensors) * Site.Step;
        var fleet = new Fleet(last);
        for (var sensor = 0; sensor < Sensors; sensor++)
        {
            var publisher = new MqttPublisher();
            var topic = prefix + SampleReading.Topic(Site.Uid(sensor))[prefix.Length..];
            for (var i = readings / Sensors - 1; i >= 0; i--)
            {
                publisher.Add(topic, SampleReading.Payload(last - i * Site.Step, 20 + i % 500 / 100.0, 50 + i % 900 / 100.0));
            }

            fleet._publishers.Add(publisher);
        }

        return fleet;
    }

    /// <summary>Connects them.</summary>
    public Task ConnectAsync(int port) => Task.WhenAll(_publishers.Select(p => p.ConnectAsync(port)));

    /// <summary>Completes when the broker has acknowledged all messages.</summary>
    public Task PublishAsync() => Task.WhenAll(_publishers.Select(p => p.PublishAsync()));

    /// <summary>Whether a store has each sensor's last reading: they come in their order, so it has all then.</summary>
    public bool IsStored(StoredReadings store) => store.SensorsUpTo(Last) == Sensors;

    /// <inheritdoc />
    public void Dispose() => _publishers.ForEach(p => p.Dispose());
}
