namespace TechTemp.Data.Writing;

/// <summary>Whose messages are held: a device that the store may not know.</summary>
/// <param name="DeviceUid">The device's uid.</param>
/// <param name="Home">The home that its messages name.</param>
public readonly record struct HeldDevice(string DeviceUid, string Home);
