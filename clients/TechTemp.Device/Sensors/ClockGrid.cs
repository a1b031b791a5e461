namespace TechTemp.Clients.Device.Sensors;

/// <summary>
/// The moments at which a device measures: the whole multiples of its interval since 1970, UTC. For one minute that is each :00, so
/// devices of a house measure together, and a restart shifts nothing.
/// </summary>
internal static class ClockGrid
{
    /// <summary>The first moment of the grid after one.</summary>
    public static DateTimeOffset After(DateTimeOffset moment, TimeSpan every) => AtOrBefore(moment, every) + every;

    /// <summary>The last moment of the grid at or before one.</summary>
    public static DateTimeOffset AtOrBefore(DateTimeOffset moment, TimeSpan every)
    {
        var since = moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        return DateTimeOffset.UnixEpoch.AddTicks(since - (((since % every.Ticks) + every.Ticks) % every.Ticks));
    }
}
