using TechTemp.Readings.Messages;

namespace TechTemp.Api.Live;

/// <summary>A change of a device's state.</summary>
/// <param name="Sequence">Its number in this run, from 1.</param>
/// <param name="DeviceUid">The device.</param>
/// <param name="Topic">The topic that the state was published on.</param>
/// <param name="State">The state.</param>
/// <param name="Frame">The event as every listener gets it.</param>
internal sealed record LiveEvent(long Sequence, string DeviceUid, string Topic, StatePayload State, ReadOnlyMemory<byte> Frame);

/// <summary>What a listener has not had yet.</summary>
/// <param name="Events">The events, in their order.</param>
/// <param name="Position">The position after them.</param>
/// <param name="Changed">Completes when there is more.</param>
internal readonly record struct LiveBatch(IReadOnlyList<LiveEvent> Events, long Position, Task Changed);
