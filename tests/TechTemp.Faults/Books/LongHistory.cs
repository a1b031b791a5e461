using System.Collections;

namespace TechTemp.Faults.Books;

/// <summary>Devices with many readings, put into the store by SQL while nothing else happens in it.</summary>
internal static class LongHistory
{
    private const string Prefix = "long-history";

    // The last reading: before all other samples.
    private const long End = 1_735_689_600_000;

    /// <summary>The first of the devices.</summary>
    public const string Uid = $"{Prefix}-0";

    /// <summary>Whether a device is one of them.</summary>
    public static bool Has(string uid) => uid.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes them.</summary>
    /// <param name="store">The store, with its schema.</param>
    /// <param name="readings">How many readings each has.</param>
    /// <param name="devices">How many devices.</param>
    /// <param name="step">The time between two readings, milliseconds.</param>
    public static void Insert(Store store, int readings, int devices = 1, int step = 1_000) => store.InsertHistory(Prefix, devices, readings, step, End);

    /// <summary>What is not as it was made, each in a few words: every reading must be there once.</summary>
    /// <inheritdoc cref="Insert" path="/param"/>
    public static IReadOnlyList<string> Differences(Store store, int readings, int devices, int step)
    {
        var found = new Dictionary<string, BitArray>();
        var differences = new List<string>();
        foreach (var (uid, ts, temperature, humidity, _) in store.Readings().Where(r => Has(r.Uid)))
        {
            var (i, rest) = Math.DivRem(End - ts, step);
            found.TryAdd(uid, new(readings + 1));
            if (rest != 0 || i < 1 || i > readings || found[uid][(int)i] || temperature != (2000 + (i % 500)) / 100.0 || humidity != (5000 + (i % 700)) / 100.0)
            {
                differences.Add($"{uid} has {ts} with {temperature} and {humidity}");
            }
            else
            {
                found[uid][(int)i] = true;
            }
        }

        differences.AddRange(found.Select(f => (f.Key, Missing: f.Value.Cast<bool>().Skip(1).Count(has => !has))).Where(f => f.Missing > 0).Select(f => $"{f.Key} lacks {f.Missing}"));
        return found.Count == devices ? differences : [.. differences, $"{found.Count} devices have readings"];
    }

    /// <summary>How many days of how many of the devices have rows, one by one.</summary>
    public static int CountDaysOfRows(Store store) => store.Query(
        $"SELECT count(*) FROM (SELECT DISTINCT device_id, ts / 86400000 FROM readings WHERE device_id IN (SELECT id FROM devices WHERE uid LIKE '{Prefix}-%')) d;", row => row.GetInt32(0)).Single();

    /// <summary>How many readings of the first one there are.</summary>
    public static long Count(Store store) => store.Readings().LongCount(r => r.Uid == Uid);
}
