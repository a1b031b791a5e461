using TechTemp.Readings.Messages;

namespace TechTemp.Data.Readings;

/// <summary>Where a reading comes from. A topic is taken apart once for all that come on it.</summary>
public sealed class ReadingOrigin
{
    /// <summary>Takes a topic apart.</summary>
    /// <param name="topic">The whole topic.</param>
    public ReadingOrigin(string topic)
    {
        Topic = topic;
        if (SensorTopic.TryParseReading(topic, out var homeId, out var deviceUid))
        {
            (HomeId, DeviceUid) = (homeId, deviceUid);
        }
    }

    /// <summary>Of what did not come as an MQTT message.</summary>
    /// <param name="deviceUid">The device's id.</param>
    /// <param name="homeId">The device's home, where it is known.</param>
    public ReadingOrigin(string deviceUid, string? homeId) => (DeviceUid, HomeId) = (deviceUid, homeId);

    /// <summary>The whole topic; null when it came over HTTP.</summary>
    public string? Topic { get; }

    /// <summary>The home; null when the topic is invalid, or the home unknown.</summary>
    public string? HomeId { get; }

    /// <summary>The device's id; null when the topic is invalid.</summary>
    public string? DeviceUid { get; }
}
