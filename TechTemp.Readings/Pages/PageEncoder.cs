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
        WriteStart(head, key, times.Length, times[0], times[^1], readings.Columns.Length);
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

    /// <summary>Writes the head of a page whose readings are gone: all values are doubles.</summary>
    /// <param name="key">Which readings they were.</param>
    /// <param name="head">What is known of them.</param>
    public static byte[] EncodeHead(in PageKey key, PageHead head)
    {
        var page = new PageWriter();
        WriteStart(page, key, head.Count, head.First, head.Last, head.Columns.Length);
        foreach (var (quantity, count, least, greatest, integral, seconds) in head.Columns)
        {
            page.Byte(quantity.Id);
            page.Byte((byte)(PageFormat.RawFlag | (count < head.Count ? PageFormat.PresenceFlag : 0)));
            if (count < head.Count)
            {
                page.Unsigned((ulong)count);
            }

            page.Double(least);
            page.Double(greatest);
            page.Double(integral);
            page.Unsigned((ulong)seconds);
        }

        page.Checksum(PageFormat.Checksum(key, page.Written));
        return page.Written.ToArray();
    }

    private static void WriteStart(PageWriter head, in PageKey key, int count, long first, long last, int columns)
    {
        head.Byte(PageFormat.Version);
        head.Unsigned((ulong)count);
        head.Unsigned((ulong)(first - key.Start));
        head.Unsigned((ulong)(last - first));
        head.Byte((byte)columns);
    }

    private static void Check(in PageKey key, PageReadings readings)
    {
        var (times, columns) = (readings.Times, readings.Columns);
        if (key.DeviceId < 1 || key.Start < 0 || key.Start % PageKey.Step != 0 || key.Length is <= 0 or > PageKey.Day)
        {
            throw new ArgumentException("The key is of no page.", nameof(key));
        }

        if (times.Length == 0 || times[0] < key.Start || times[^1] >= key.End || !IsRising(times))
        {
            throw new ArgumentException("The times must rise within the page's span.", nameof(readings));
        }

        if (readings.Sources.Length != times.Length)
        {
            throw new ArgumentException("There must be as many sources as readings.", nameof(readings));
        }

        var hasValue = new bool[times.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Values.Length != times.Length || !Note(columns[i].Values, hasValue) || (i > 0 && columns[i].Quantity.Id <= columns[i - 1].Quantity.Id))
            {
                throw new ArgumentException("Each quantity has one column, by its id, with as many values as there are readings, at least one of them, and none that is infinite.", nameof(readings));
            }
        }

        if (hasValue.Contains(false))
        {
            throw new ArgumentException("Each reading must have at least one value.", nameof(readings));
        }
    }

    private static bool IsRising(long[] times)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] <= times[i - 1])
            {
                return false;
            }
        }

        return true;
    }

    // Whether there is any value, and none that is infinite.
    private static bool Note(double[] values, bool[] hasValue)
    {
        var any = false;
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsInfinity(values[i]))
            {
                return false;
            }

            hasValue[i] |= !double.IsNaN(values[i]);
            any |= !double.IsNaN(values[i]);
        }

        return any;
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
        var (present, values) = column.Present(times);
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

    private static long[] Seconds(long[] times, Neighbours neighbours)
    {
        var seconds = new long[times.Length];
        ReadingTime.Weigh(times, neighbours.Before, neighbours.After, seconds);
        return seconds;
    }
}
