namespace TechTemp.Data.Copying;

/// <summary>What a copy does, for whoever watches it.</summary>
/// <param name="What">The step: <c>copying</c> or <c>comparing</c>.</param>
/// <param name="DevicesDone">Devices done.</param>
/// <param name="Devices">Devices of the source.</param>
/// <param name="Readings">Readings looked at.</param>
public readonly record struct CopyProgress(string What, int DevicesDone, int Devices, long Readings);

/// <summary>Something that the target has otherwise than the source, although the source did not change while it was copied again.</summary>
/// <param name="What">A table, or a device with a day.</param>
/// <param name="Source">What the source has: counts and a checksum.</param>
/// <param name="Target">What the target has.</param>
public sealed record CopyDifference(string What, string Source, string Target);

/// <summary>How a copy ended.</summary>
/// <param name="Devices">Devices of the source.</param>
/// <param name="Readings">Its readings, of which each was compared.</param>
/// <param name="Changed">How many tables, devices and days changed in the source while it was copied. They were copied again.</param>
/// <param name="Differences">What differs all the same; empty where nothing does.</param>
public sealed record CopyResult(int Devices, long Readings, int Changed, IReadOnlyList<CopyDifference> Differences)
{
    /// <summary>Whether the target has become what the source is: equal to the last bit, and with its id.</summary>
    public bool IsFinished => Changed == 0 && Differences.Count == 0;
}
