namespace TechTemp.Readings.Devices;

/// <summary>The rule of a device's status: its newest reading is younger than one limit, than a second limit, or older.</summary>
public sealed class DeviceStatusRule
{
    /// <param name="lateAfter">From which age of its newest reading a device is late: more than zero.</param>
    /// <param name="offlineAfter">From which age it is offline: <paramref name="lateAfter"/> or more. Where both are equal no device is ever late.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public DeviceStatusRule(TimeSpan lateAfter, TimeSpan offlineAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lateAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(offlineAfter, lateAfter);
        (LateAfter, OfflineAfter) = (lateAfter, offlineAfter);
    }

    /// <summary>From which age of its newest reading a device is late.</summary>
    public TimeSpan LateAfter { get; }

    /// <summary>From which age of its newest reading a device is offline.</summary>
    public TimeSpan OfflineAfter { get; }

    /// <summary>The status of a device.</summary>
    /// <param name="lastSeen">The time of its newest reading; null for none. A time after <paramref name="now"/> is online: the device's clock is ahead.</param>
    /// <param name="now">The time of the question.</param>
    public DeviceStatus Of(DateTimeOffset? lastSeen, DateTimeOffset now)
    {
        var age = now - lastSeen;
        return age is null ? DeviceStatus.Never
            : age < LateAfter ? DeviceStatus.Online
            : age < OfflineAfter ? DeviceStatus.Late
            : DeviceStatus.Offline;
    }

    /// <summary>The last-seen times for which <see cref="Of"/> gives a status, as a range that a store can look for.</summary>
    /// <param name="status">The status.</param>
    /// <param name="now">The time of the question.</param>
    /// <returns>Null for <see cref="DeviceStatus.Never"/>, whose devices have no last-seen time.</returns>
    public LastSeenRange? RangeOf(DeviceStatus status, DateTimeOffset now) => status switch
    {
        DeviceStatus.Online => new(FirstYoungerThan(LateAfter, now), null),
        DeviceStatus.Late => new(FirstYoungerThan(OfflineAfter, now), FirstYoungerThan(LateAfter, now)),
        DeviceStatus.Offline => new(null, FirstYoungerThan(OfflineAfter, now)),
        DeviceStatus.Never => null,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    // Readings have times in whole milliseconds, a clock is finer: the earliest whole millisecond whose age is below the limit.
    private static DateTimeOffset FirstYoungerThan(TimeSpan age, DateTimeOffset now) =>
        DateTimeOffset.FromUnixTimeMilliseconds((now - age).ToUnixTimeMilliseconds() + 1);
}
