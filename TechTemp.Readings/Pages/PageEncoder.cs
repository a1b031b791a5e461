using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>Writes pages.</summary>
public static class PageEncoder
{
    /// <summary>The readings of the device beside a page, in the same day of UTC: they count for the time that the first and the last reading stand for.</summary>
    /// <param name="Before">The time of the last reading before the page that has the quantity; null when there is none.</param>
    /// <param name="After">The time of the first one after it.</param>
    public readonly record struct Neighbours(long? Before, long? After);

    /// <summary>Writes a page.</summary>
    /// <param name="key">Which readings it holds.</param>
    /// <param name="readings">The readings: at least one, of rising times within the span, each with a value of at least one quantity.</param>
    /// <param name="neighbours">The readings beside the page that have a quantity; null where the page holds the whole day.</param>
    /// <exception cref="ArgumentException">The readings are not such.</exception>
    public static Page Encode(in PageKey key, PageReadings readings, Func<Quantity, Neighbours>? neighbours = null)
    {
        Check(key, readings);
        var head = new PageWriter();
        var body = new PageWriter();
        var times = readings.Times;
        head.Byte(PageFormat.Version);
        head.Unsigned((ulong)times.Length);
        head.Unsigned((ulong)(times[0] - key.Start));
        head.Unsigned((ulong)(times[^1] - times[0]));
        head.Byte((byte)readings.Columns.Count);
        WriteTimes(body, times);
        WriteSources(body, readings.Sources);
        foreach (var column in readings.Columns)
        {
            WriteColumn(head, body, times, column, neighbours?.Invoke(column.Quantity) ?? default);
        }

        head.Checksum(PageFormat.Checksum(key, head.Written));
        body.Checksum(PageFormat.Checksum(key, body.Written));
        return new(key, head.Written.ToArray(), body.Written.ToArray());
    }

    private static void Check(in PageKey key, PageReadings readings)
    {
        var (times, columns) = (readings.Times, readings.Columns);
        if (key.DeviceId < 1 || key.Start < 0 || key.Start % PageKey.Step != 0 || key.Length is <= 0 or > PageKey.Day)
        {
            throw new ArgumentException("The key is of no page.", nameof(key));
        }

        if (times.Length == 0 || times[0] < key.Start || times[^1] >= key.End || times.AsSpan(1).ToArray().Where((ts, i) => ts <= times[i]).Any())
        {
            throw new ArgumentException("The times must rise within the page's span.", nameof(readings));
        }

        if (readings.Sources.Length != times.Length || columns.Any(c => c.Values.Length != times.Length || c.Values.All(double.IsNaN) || c.Values.Any(double.IsInfinity)))
        {
            throw new ArgumentException("Each column must have as many values as there are readings, at least one of them, and none that is infinite.", nameof(readings));
        }

        if (columns.Zip(columns.Skip(1)).Any(pair => pair.First.Quantity.Id >= pair.Second.Quantity.Id) || Enumerable.Range(0, times.Length).Any(i => columns.All(c => double.IsNaN(c.Values[i]))))
        {
            throw new ArgumentException("Each quantity has one column, by its id, and each reading at least one value.", nameof(readings));
        }
    }

    private static void WriteTimes(PageWriter body, ReadOnlySpan<long> times)
    {
        if (times.Length == 1)
        {
            return;
        }

        var steps = new long[times.Length - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = times[i + 1] - times[i];
        }

        var sorted = steps.AsSpan().ToArray();
        Array.Sort(sorted);
        var usual = sorted[sorted.Length / 2];
        body.Unsigned((ulong)usual);
        NumberColumn.Write(body, Array.ConvertAll(steps, step => PageWriter.ZigZag(step - usual)));
    }

    private static void WriteSources(PageWriter body, byte[] sources)
    {
        if (!sources.AsSpan().ContainsAnyExcept(sources[0]))
        {
            body.Byte(PageFormat.OneSource);
            body.Byte(sources[0]);
            return;
        }

        body.Byte(PageFormat.ManySources);
        NumberColumn.Write(body, Array.ConvertAll(sources, source => (ulong)source));
    }

    private static void WriteColumn(PageWriter head, PageWriter body, long[] times, PageColumn column, in Neighbours neighbours)
    {
        double[] values = [.. column.Values.Where(v => !double.IsNaN(v))];
        long[] present = values.Length == times.Length ? times : [.. times.Where((_, i) => !double.IsNaN(column.Values[i]))];
        var form = ValueForm.For(values);
        List<(int Index, double Value)> exceptions = [];
        var scaled = form.IsRaw ? [] : Scaled(form, values, exceptions);
        head.Byte(column.Quantity.Id);
        head.Byte((byte)(form.Scale | (form.IsRaw ? PageFormat.RawFlag : 0) | (exceptions.Count > 0 ? PageFormat.ExceptionsFlag : 0) | (values.Length < times.Length ? PageFormat.PresenceFlag : 0)));
        if (values.Length < times.Length)
        {
            head.Unsigned((ulong)values.Length);
            WritePresence(body, column.Values);
        }

        var seconds = Seconds(present, neighbours);
        if (form.IsRaw || exceptions.Count > 0)
        {
            head.Double(values.Min());
            head.Double(values.Max());
            head.Double(values.Zip(seconds, (value, time) => value * time).Sum());
        }
        else
        {
            var least = scaled.Min();
            head.Signed(least);
            head.Unsigned((ulong)(scaled.Max() - least));
            head.Signed(scaled.Zip(seconds, (value, time) => value * time).Sum());
        }

        head.Unsigned((ulong)seconds.Sum());
        WriteValues(body, form, values, scaled, exceptions);
    }

    private static void WriteValues(PageWriter body, in ValueForm form, double[] values, long[] scaled, List<(int Index, double Value)> exceptions)
    {
        if (form.IsRaw)
        {
            Array.ForEach(values, body.Double);
            return;
        }

        body.Signed(scaled[0]);
        var steps = new ulong[scaled.Length - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = PageWriter.ZigZag(scaled[i + 1] - scaled[i]);
        }

        NumberColumn.Write(body, steps);
        if (exceptions.Count > 0)
        {
            body.Unsigned((ulong)exceptions.Count);
            var before = 0;
            foreach (var (index, value) in exceptions)
            {
                body.Unsigned((ulong)(index - before));
                body.Double(value);
                before = index;
            }
        }
    }

    // In the place of an exception stands the value before it: a step of 0.
    private static long[] Scaled(in ValueForm form, double[] values, List<(int Index, double Value)> exceptions)
    {
        var scaled = new long[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!form.TryScale(values[i], out scaled[i]))
            {
                exceptions.Add((i, values[i]));
                scaled[i] = i > 0 ? scaled[i - 1] : 0;
            }
        }

        return scaled;
    }

    private static void WritePresence(PageWriter body, double[] values)
    {
        var bits = new byte[(values.Length + 7) / 8];
        for (var i = 0; i < values.Length; i++)
        {
            bits[i / 8] |= (byte)(double.IsNaN(values[i]) ? 0 : 1 << (i % 8));
        }

        body.Bytes(bits);
    }

    private static long[] Seconds(long[] times, Neighbours neighbours) =>
        [.. times.Select((ts, i) => ReadingTime.Seconds(i > 0 ? times[i - 1] : neighbours.Before, ts, i + 1 < times.Length ? times[i + 1] : neighbours.After))];
}
