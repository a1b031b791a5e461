using System.Globalization;

namespace TechTemp.Faults.Books;

/// <summary>A device with many readings, put into the store by SQL while nothing else happens in it.</summary>
internal static class LongHistory
{
    public const string Uid = "long-history";

    // One a second until the end of 2024, before all other samples.
    private const long End = 1_735_689_600_000;

    /// <summary>Makes it. Its rollups are computed by nobody: it has none.</summary>
    /// <param name="store">The store, with its schema.</param>
    /// <param name="readings">How many.</param>
    public static void Insert(StoreFile store, int readings) => store.Execute(string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO devices (uid, provisioned, created_at) VALUES ('{Uid}', 1, 0);
        INSERT INTO readings (device_id, ts, temperature, humidity, source)
        WITH RECURSIVE n(i) AS (SELECT {readings} UNION ALL SELECT i - 1 FROM n WHERE i > 1)
        SELECT (SELECT id FROM devices WHERE uid = '{Uid}'), {End} - i * 1000, 2000 + i % 500, 5000 + i % 700, 0 FROM n;
        """));

    /// <summary>How many of its readings there are.</summary>
    public static long Count(StoreFile store) =>
        store.Query($"SELECT count(*) FROM readings WHERE device_id = (SELECT id FROM devices WHERE uid = '{Uid}');", row => row.GetInt64(0)).Single();
}
