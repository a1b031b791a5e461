using TechTemp.Api.OpenApi;
using TechTemp.Data.Clocks;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Workers;

namespace TechTemp.Api.Condition;

/// <summary>How the server does.</summary>
/// <param name="Status">ok, degraded or failed, like `/health`.</param>
/// <param name="Version">The version that runs.</param>
/// <param name="StartedAt">Since when this process runs.</param>
/// <param name="Checks">What `/health` looks at, each with its own status.</param>
/// <param name="Devices">How many devices there are, by status.</param>
/// <param name="Readings">How many readings come.</param>
/// <param name="Rejected">What was refused.</param>
/// <param name="Store">The store's size.</param>
/// <param name="Backlog">What has come, or is announced, and is not stored yet.</param>
/// <param name="Sealing">How far the compression of finished days is, as of the last ten seconds.</param>
/// <param name="Clocks">Which clocks are wrong, as of the last ten seconds.</param>
/// <param name="Workers">The workers that share the store; none when one ingest is alone.</param>
internal sealed record ConditionDto(
    [property: Choice("ok", "degraded", "failed")] string Status,
    string Version,
    DateTimeOffset StartedAt,
    IReadOnlyList<CheckDto> Checks,
    DeviceCountsDto? Devices,
    ReadingRateDto? Readings,
    RejectionsDto? Rejected,
    StoreSizeDto? Store,
    BacklogDto? Backlog,
    SealingDto? Sealing,
    ClocksDto Clocks,
    IReadOnlyList<WorkerDto>? Workers);

/// <summary>One thing that health looks at.</summary>
/// <param name="Name">store, broker or clock.</param>
/// <param name="Status">ok, degraded or failed.</param>
internal sealed record CheckDto(string Name, [property: Choice("ok", "degraded", "failed")] string Status);

/// <summary>How many devices there are, by the age of their newest reading.</summary>
/// <param name="Online">Measuring.</param>
/// <param name="Late">Silent for longer than `DeviceStatus:LateAfter`.</param>
/// <param name="Offline">Silent for longer than `DeviceStatus:OfflineAfter`.</param>
/// <param name="Never">Without a reading.</param>
internal sealed record DeviceCountsDto(int Online, int Late, int Offline, int Never);

/// <summary>How many readings come.</summary>
/// <param name="PerMinute">Readings a minute, by their time of measurement, over the minutes below.</param>
/// <param name="OverMinutes">Over how many minutes up to now.</param>
internal sealed record ReadingRateDto(double PerMinute, int OverMinutes);

/// <summary>What was refused and is kept (`Retention:Rejected`).</summary>
/// <param name="Count">How many messages.</param>
/// <param name="ByReason">By reason, most first.</param>
internal sealed record RejectionsDto(long Count, IReadOnlyList<RejectionCountDto> ByReason);

/// <summary>What was refused for one reason.</summary>
/// <param name="Reason">Why, as in `/api/v1/rejected`.</param>
/// <param name="Count">How many messages.</param>
/// <param name="NewestAt">When the newest one was received.</param>
internal sealed record RejectionCountDto([property: RejectionReason] string Reason, long Count, DateTimeOffset NewestAt);

/// <summary>The store's size.</summary>
/// <param name="Bytes">The database file.</param>
/// <param name="LogBytes">Its write-ahead log, which is emptied into it from time to time.</param>
/// <param name="UnusedBytes">How much of the database file is free for what comes.</param>
/// <param name="DiskFreeBytes">What the disk has left; null where the store is a database on a server, whose disk is unknown.</param>
internal sealed record StoreSizeDto(long Bytes, long LogBytes, long UnusedBytes, long? DiskFreeBytes);

/// <summary>What has come, or is announced, and is not stored yet.</summary>
/// <param name="InHand">Messages received and not committed yet; null when ingest is another process: this one cannot know then.</param>
/// <param name="Held">Messages of unknown devices, kept until somebody provisions these (`Ingest:UnknownDevices`).</param>
/// <param name="Missing">Readings that counting devices (`seq`) have not delivered although they have delivered later ones.</param>
/// <param name="HeldDropped">Readings that were held and had to go: more than `Retention:HeldPerDevice` of their device, or older than `Retention:Held`.</param>
internal sealed record BacklogDto(int? InHand, long Held, long Missing, long HeldDropped);

/// <summary>
/// How far ingest is with the sealing of finished days, which compresses their readings. A day is one device's day of UTC. It is finished two hours after its end when the
/// device has a newer reading, of a later day.
/// </summary>
/// <param name="FinishedDays">Finished days, from each device's oldest reading on, added up over all devices. Days without a reading count.</param>
/// <param name="SealedDays">Those of them of which nothing is left to seal. While more than 20,000 days are left, days without a reading between them count as not sealed.</param>
/// <param name="OldestUnsealed">The start of the oldest finished day that is not sealed; null when all are. A late reading of a sealed day makes it unsealed for some minutes.</param>
/// <param name="Damaged">Days that cannot be sealed because what was sealed before is damaged, at most 100. Restore a backup, or remove the readings of that whole day.</param>
internal sealed record SealingDto(long FinishedDays, long SealedDays, DateTimeOffset? OldestUnsealed, IReadOnlyList<DamagedDayDto> Damaged);

/// <summary>A device's day of UTC of which a page is damaged.</summary>
/// <param name="DeviceId">The device's uid.</param>
/// <param name="Day">The day's start.</param>
internal sealed record DamagedDayDto(string DeviceId, DateTimeOffset Day);

/// <summary>Which clocks are wrong.</summary>
/// <param name="BehindMs">How far the server's clock is behind that of most devices, in milliseconds; 0 when it is not.</param>
/// <param name="AheadCount">How many devices have readings that are dated after the server's clock.</param>
/// <param name="Ahead">These devices, furthest first, at most 100. Where the server's clock is behind, they are right.</param>
internal sealed record ClocksDto(long BehindMs, int AheadCount, IReadOnlyList<DeviceAheadDto> Ahead);

/// <summary>A device whose readings are dated after the server's clock, by more than `Ingest:FutureTolerance`.</summary>
/// <param name="DeviceId">The device's uid.</param>
/// <param name="Ts">The latest time that its readings say.</param>
/// <param name="Held">Whether readings of it are held until then (`in-future`); else they are stored.</param>
internal sealed record DeviceAheadDto(string DeviceId, DateTimeOffset Ts, bool Held);

/// <summary>One of several workers that ingest into the store (`Ingest:Worker`).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">ok; missing, when it has not been connected to the broker for 15 seconds: its share waits there; retired, when it is about to leave.</param>
/// <param name="Machine">The machine of its process; null when none runs.</param>
/// <param name="StartedAt">Since when it runs; null when none does.</param>
/// <param name="SeenAt">When it was last connected to the broker.</param>
/// <param name="First">Whether it divides the homes, and takes those that no other worker has.</param>
/// <param name="Homes">How many homes it has.</param>
internal sealed record WorkerDto(
    string Name, [property: Choice("ok", "missing", "retired")] string Status, string? Machine, DateTimeOffset? StartedAt, DateTimeOffset SeenAt, bool First, int Homes);

internal static class ConditionMapping
{
    private const int MostAhead = 100;
    private const int MostDamaged = 100;

    public static WorkerDto ToDto(this WorkerOverview worker) => new(
        worker.Worker, worker.IsRetired ? "retired" : worker.IsAlive ? "ok" : "missing", worker.Machine, worker.Since, worker.SeenAt, worker.IsFirst, worker.Homes);

    public static ClocksDto ToDto(this ClockReport report) => new(
        (long)report.Behind.TotalMilliseconds,
        report.Ahead.Count,
        [.. report.Ahead.Take(MostAhead).Select(d => new DeviceAheadDto(d.DeviceUid, DateTimeOffset.FromUnixTimeMilliseconds(d.Ts), d.IsHeld))]);

    public static SealingDto ToDto(this SealingProgress progress) => new(
        progress.FinishedDays,
        progress.SealedDays,
        progress.OldestUnsealed is { } oldest ? DateTimeOffset.FromUnixTimeMilliseconds(oldest) : null,
        [.. progress.Damaged.Take(MostDamaged).Select(d => new DamagedDayDto(d.DeviceUid, DateTimeOffset.FromUnixTimeMilliseconds(d.Day)))]);

    public static RejectionsDto ToRejections(this StoreFigures figures) => new(
        figures.Rejections.Sum(r => r.Count),
        [.. figures.Rejections.Select(r => new RejectionCountDto(r.Reason, r.Count, DateTimeOffset.FromUnixTimeMilliseconds(r.NewestAt)))]);

    // 0 for a disk that cannot be looked at: a number is always there.
    public static StoreSizeDto ToDto(this StoreSize size) => new(size.Bytes, size.LogBytes, size.UnusedBytes, size.DiskFreeBytes);
}
