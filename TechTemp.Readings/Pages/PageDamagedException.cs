using System.Globalization;

namespace TechTemp.Readings.Pages;

/// <summary>A page cannot be read: its bytes are not those that were written.</summary>
public sealed class PageDamagedException : Exception
{
    internal PageDamagedException(int deviceId, long start, string what)
        : base(string.Create(CultureInfo.InvariantCulture, $"The page of device {deviceId} of {DateTimeOffset.FromUnixTimeMilliseconds(start).UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'} is damaged: {what}.")) =>
        (DeviceId, Start) = (deviceId, start);

    /// <summary>The store's key of the device.</summary>
    public int DeviceId { get; }

    /// <summary>The start of the page's span, unix milliseconds UTC.</summary>
    public long Start { get; }
}
