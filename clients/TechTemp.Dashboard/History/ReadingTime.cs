namespace TechTemp.Dashboard.History;

/// <summary>
/// How long a reading stands for, by the rule of the API's buckets (docs/decisions/0020-means-over-time.md): so the summary of single
/// readings says what a bucket of them says.
/// </summary>
public static class ReadingTime
{
    private const double Most = 900;

    /// <summary>The seconds of each reading, in the order of the readings.</summary>
    /// <param name="readings">Each with its device; oldest first.</param>
    public static IReadOnlyList<long> Of(IReadOnlyList<(string? Device, DateTimeOffset Ts)> readings)
    {
        var seconds = new long[readings.Count];
        foreach (var device in Enumerable.Range(0, readings.Count).GroupBy(i => readings[i].Device).Select(indices => indices.ToArray()))
        {
            var steps = device.Zip(device.Skip(1), (a, b) => Step(readings[a].Ts, readings[b].Ts)).Prepend(null).Append(null).ToArray();
            for (var i = 0; i < device.Length; i++)
            {
                seconds[device[i]] = (long)((steps[i], steps[i + 1]) switch
                {
                    ({ } left, { } right) => Math.Round((left + right) / 2, MidpointRounding.AwayFromZero),
                    ({ } left, null) => left,
                    (null, { } right) => right,
                    (null, null) => Most,
                });
            }
        }

        return seconds;
    }

    // Null across a gap and across midnight UTC.
    private static double? Step(DateTimeOffset from, DateTimeOffset to)
    {
        var seconds = Math.Max(1, Math.Round((to - from).TotalSeconds, MidpointRounding.AwayFromZero));
        return seconds <= Most && from.UtcDateTime.Date == to.UtcDateTime.Date ? seconds : null;
    }
}
