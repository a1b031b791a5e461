namespace TechTemp.Dashboard.Api;

/// <summary>How the server does: the answer of <c>/api/v1/system</c>. What stands in the store is null when that cannot be read.</summary>
public sealed record SystemCondition(
    string Status,
    string Version,
    DateTimeOffset StartedAt,
    IReadOnlyList<SystemCheck> Checks,
    DeviceCounts? Devices,
    ReadingRate? Readings,
    Rejections? Rejected,
    StoreSize? Store,
    Backlog? Backlog,
    SealingProgress? Sealing,
    IReadOnlyList<IngestWorker>? Workers = null);

/// <summary>One thing that health looks at: store, broker or clock, and ok, degraded or failed.</summary>
public sealed record SystemCheck(string Name, string Status);

/// <summary>How many devices there are, by status.</summary>
public sealed record DeviceCounts(int Online, int Late, int Offline, int Never);

/// <summary>How many readings come.</summary>
public sealed record ReadingRate(double PerMinute, int OverMinutes);

/// <summary>What was refused and is kept.</summary>
public sealed record Rejections(long Count, IReadOnlyList<RejectionCount> ByReason);

/// <summary>What was refused for one reason.</summary>
public sealed record RejectionCount(string Reason, long Count, DateTimeOffset NewestAt);

/// <summary>The store's size, bytes.</summary>
public sealed record StoreSize(long Bytes, long LogBytes, long UnusedBytes, long? DiskFreeBytes);

/// <summary>What is not stored yet: in hand (null where ingest is another process), held for unknown devices, missing from counting devices.</summary>
public sealed record Backlog(int? InHand, long Held, long Missing);

/// <summary>How many days of all devices are over, and how many of them are sealed; the oldest that is not, and those that cannot be.</summary>
public sealed record SealingProgress(long FinishedDays, long SealedDays, DateTimeOffset? OldestUnsealed, IReadOnlyList<DamagedDay> Damaged);

/// <summary>A device's day of UTC of which a page is damaged.</summary>
public sealed record DamagedDay(string DeviceId, DateTimeOffset Day);

/// <summary>One of several workers that ingest into the store: ok, missing or retired. The machine and the time of its start are null when no process of it runs.</summary>
public sealed record IngestWorker(string Name, string Status, string? Machine, DateTimeOffset? StartedAt, DateTimeOffset SeenAt, bool First, int Homes);
