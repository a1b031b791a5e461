namespace TechTemp.Data.Writing;

/// <summary>What a reading is stored by.</summary>
/// <param name="DeviceId">The store's key of the device.</param>
/// <param name="Ts">Time of measurement, unix milliseconds UTC.</param>
public readonly record struct ReadingKey(int DeviceId, long Ts);
