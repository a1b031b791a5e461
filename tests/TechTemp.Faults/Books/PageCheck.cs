using System.Globalization;
using TechTemp.Testing.Pages;

namespace TechTemp.Faults.Books;

/// <summary>The pages against a recomputation from all readings, with code that shares nothing with the program's own.</summary>
internal static class PageCheck
{
    private const long Day = 86_400_000;

    // What a reading without a neighbour stands for, and the longest distance that is no gap, seconds.
    private const double Longest = 900;

    /// <summary>What is wrong, in words: a page that says what its readings do not, a reading that is in two places, a newest reading that is no row.</summary>
    public static IReadOnlyList<string> Differences(Store store)
    {
        var differences = new List<string>();
        var content = store.Content().ToLookup(c => c.Page is not null);
        var pages = content[true].Select(c => c.Page!).GroupBy(p => p.DeviceId).ToDictionary(g => g.Key, g => g.ToList());
        var rows = content[false].Select(c => c.Row).GroupBy(r => r.DeviceId).ToDictionary(g => g.Key, g => g.Select(r => r.Ts).ToHashSet());
        foreach (var (device, ofDevice) in pages)
        {
            var byDay = ofDevice.GroupBy(p => p.Start / Day).ToDictionary(g => g.Key, g => g.ToList());
            var daysOfRows = rows.GetValueOrDefault(device, []).Select(ts => ts / Day).ToHashSet();
            if (rows.GetValueOrDefault(device, []).DefaultIfEmpty().Max() < ofDevice.Max(p => p.Readings[^1].Ts))
            {
                differences.Add($"the newest reading of device {device} is no row");
            }

            foreach (var (day, ofDay) in byDay)
            {
                var times = ofDay.SelectMany(p => p.Readings).Select(r => r.Ts).Order().ToList();
                if (times.Distinct().Count() < times.Count || times.Exists(rows.GetValueOrDefault(device, []).Contains))
                {
                    differences.Add($"device {device} has a reading of day {day} twice");
                }

                // A reading beside a page changes its weights, until it is merged.
                if (!daysOfRows.Contains(day))
                {
                    var seconds = ofDay.SelectMany(p => p.Summary).Select(c => c.Id).Distinct().ToDictionary(
                        id => id, id => Seconds([.. ofDay.SelectMany(p => p.Readings).Where(r => r.Values.ContainsKey(id)).Select(r => r.Ts).Order()]));
                    differences.AddRange(ofDay.Where(p => !IsRight(p, seconds)).Select(p => string.Create(CultureInfo.InvariantCulture, $"the page of device {device} at {p.Start} says what its readings do not")));
                }
            }
        }

        return differences;
    }

    private static bool IsRight(StoredPage page, Dictionary<int, Dictionary<long, double>> seconds) =>
        page.Summary.All(c => IsRight(c, [.. page.Readings.Where(r => r.Values.ContainsKey(c.Id)).Select(r => (r.Values[c.Id], seconds[c.Id][r.Ts]))]));

    // Sums of floating point depend on the order in which they were made.
    private static bool IsRight(IndependentDecoder.Column column, List<(double Value, double Seconds)> values) =>
        column.Count == values.Count && column.Least == values.Min(v => v.Value) && column.Greatest == values.Max(v => v.Value) && column.Seconds == values.Sum(v => v.Seconds)
        && Math.Abs(column.Integral - values.Sum(v => v.Value * v.Seconds)) <= 1e-9 * column.Seconds * Math.Max(100, Math.Abs(column.Greatest));

    // A reading stands for half of the way to those before and after it on the same day; a distance of more than a quarter of an hour is a gap.
    private static Dictionary<long, double> Seconds(List<long> times)
    {
        var seconds = new Dictionary<long, double>(times.Count);
        for (var i = 0; i < times.Count; i++)
        {
            var left = i > 0 ? Step(times[i - 1], times[i]) : double.MaxValue;
            var right = i + 1 < times.Count ? Step(times[i], times[i + 1]) : double.MaxValue;
            seconds[times[i]] = (left <= Longest, right <= Longest) switch
            {
                (true, true) => Math.Floor((left + right + 1) / 2),
                (true, false) => left,
                (false, true) => right,
                _ => Longest,
            };
        }

        return seconds;
    }

    private static double Step(long from, long to) => Math.Max(1, Math.Floor((to - from + 500) / 1000.0));
}
