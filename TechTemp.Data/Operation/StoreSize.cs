namespace TechTemp.Data.Operation;

/// <summary>How large a store is.</summary>
/// <param name="Bytes">The database, bytes.</param>
/// <param name="LogBytes">The write-ahead log, bytes: it is emptied into the database from time to time, and reused. 0 where the log is not the store's own.</param>
/// <param name="UnusedBytes">How much of the database is free for what comes, bytes. 0 where the store does not know.</param>
/// <param name="DiskFreeBytes">What the disk has left for this program, bytes. Null where the store is on the disk of a server.</param>
public sealed record StoreSize(long Bytes, long LogBytes, long UnusedBytes, long? DiskFreeBytes);
