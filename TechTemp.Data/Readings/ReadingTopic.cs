namespace TechTemp.Data.Readings;

/// <summary>A topic that a reading came on, taken apart once for all that come on it.</summary>
public sealed class ReadingTopic
{
    /// <summary>Takes a topic apart.</summary>
    /// <param name="text">The whole topic.</param>
    public ReadingTopic(string text)
    {
        Text = text;
        if (SensorTopic.TryParseReading(text, out var homeId, out var deviceUid))
        {
            (HomeId, DeviceUid) = (homeId, deviceUid);
        }
    }

    /// <summary>The whole topic.</summary>
    public string Text { get; }

    /// <summary>The home in it; null when it is invalid.</summary>
    public string? HomeId { get; }

    /// <summary>The device in it; null when it is invalid.</summary>
    public string? DeviceUid { get; }
}
