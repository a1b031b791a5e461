using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>Reads pages. A page whose bytes are not those that were written is an error, never a wrong value.</summary>
public static class PageDecoder
{
    [ThreadStatic]
    private static ulong[]? s_numbers;

    /// <summary>Reads a page's head.</summary>
    /// <exception cref="PageDamagedException">It is damaged, of another version, or has a quantity that this program does not know.</exception>
    public static PageHead ReadHead(in PageKey key, ReadOnlySpan<byte> bytes)
    {
        var head = new PageSource(Checked(key, bytes, "the checksum of its head does not match"));
        if (head.Byte() is var version && version != PageFormat.Version)
        {
            throw Damaged(key, $"its format {version} is not known");
        }

        var count = head.Unsigned();
        var first = head.Unsigned();
        var length = head.Unsigned();
        // Each reading has a millisecond of its own.
        if (count == 0 || first >= (ulong)key.Length || length >= (ulong)key.Length - first || count > length + 1)
        {
            throw Damaged(key, "its head is impossible");
        }

        var columns = new QuantitySummary[head.Byte()];
        for (var i = 0; i < columns.Length && !head.IsBroken; i++)
        {
            var id = head.Byte();
            var quantity = QuantityRegistry.Find(id) ?? throw Damaged(key, $"it has a quantity {id}, which is not known");
            if (i > 0 && id <= columns[i - 1].Quantity.Id)
            {
                throw Damaged(key, "its head is impossible");
            }

            columns[i] = ReadSummary(ref head, quantity, head.Byte(), (int)count);
        }

        return head.IsBroken || !head.IsAtEnd
            ? throw Damaged(key, "its head is impossible")
            : new((int)count, key.Start + (long)first, key.Start + (long)(first + length), columns);
    }

    /// <summary>Reads a page.</summary>
    /// <exception cref="PageDamagedException">It is damaged, of another version, or has a quantity that this program does not know.</exception>
    public static PageReadings Read(in PageKey key, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) => Read(key, ReadHead(key, head), body);

    /// <summary>Reads a page whose head has been read.</summary>
    /// <exception cref="PageDamagedException">It is damaged.</exception>
    public static PageReadings Read(in PageKey key, PageHead summary, ReadOnlySpan<byte> body)
    {
        var page = new PageSource(Checked(key, body, "the checksum of its body does not match"));
        // What each column is decoded from; the readings of a page are few.
        if (s_numbers is not { } scratch || scratch.Length < summary.Count)
        {
            s_numbers = scratch = new ulong[Math.Max(summary.Count, 2_048)];
        }

        var (times, step) = ReadTimes(ref page, summary, scratch);
        var sources = ReadSources(ref page, summary.Count, scratch);
        var columns = new PageColumn[summary.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            ref readonly var column = ref summary.Columns[i];
            columns[i] = new(column.Quantity, ReadColumn(ref page, summary.Count, column.Count, column.Form, scratch))
            {
                IsWhole = column.Count == summary.Count,
                Range = (column.Least, column.Greatest),
            };
        }

        return page.IsBroken || !page.IsAtEnd || times[^1] != summary.Last ? throw Damaged(key, "its body does not fit its head") : new(times, sources, columns) { Step = step };
    }

    private static QuantitySummary ReadSummary(ref PageSource head, Quantity quantity, byte form, int readings)
    {
        var count = (form & PageFormat.PresenceFlag) != 0 ? (int)Math.Min(head.Unsigned(), (ulong)readings) : readings;
        var scale = form & PageFormat.ScaleMask;
        if (scale > ValueForm.FinestScale || count == 0)
        {
            head.Break();
            return default;
        }

        if ((form & (PageFormat.RawFlag | PageFormat.ExceptionsFlag)) != 0)
        {
            return new(quantity, count, head.Double(), head.Double(), head.Double(), (long)head.Unsigned()) { Form = form };
        }

        var values = new ValueForm((byte)scale, false);
        var least = head.Signed();
        var greatest = least + (long)head.Unsigned();
        return new(quantity, count, values.Value(least), values.Value(greatest), values.Value(head.Signed()), (long)head.Unsigned()) { Form = form };
    }

    // And the step, where all are the same.
    private static (long[] Times, long? Step) ReadTimes(ref PageSource page, PageHead head, ulong[] scratch)
    {
        var times = new long[head.Count];
        var ts = times[0] = head.First;
        if (times.Length == 1)
        {
            return (times, null);
        }

        var usual = (long)page.Unsigned();
        var steps = scratch.AsSpan(0, times.Length - 1);
        if (NumberColumn.Read(ref page, steps))
        {
            for (var i = 1; i < times.Length; i++)
            {
                times[i] = ts += usual;
            }

            return (times, usual);
        }

        var later = times.AsSpan(1);
        for (var i = 0; i < steps.Length; i++)
        {
            later[i] = ts += usual + PageSource.UnZigZag(steps[i]);
        }

        return (times, null);
    }

    private static byte[] ReadSources(ref PageSource page, int count, ulong[] scratch)
    {
        var sources = new byte[count];
        switch (page.Byte())
        {
            case PageFormat.OneSource:
                Array.Fill(sources, page.Byte());
                break;
            case PageFormat.ManySources:
                NumberColumn.Read(ref page, scratch.AsSpan(0, count));
                for (var i = 0; i < sources.Length; i++)
                {
                    sources[i] = (byte)scratch[i];
                }

                break;
            default:
                page.Break();
                break;
        }

        return sources;
    }

    private static double[] ReadColumn(ref PageSource page, int readings, int count, byte form, ulong[] scratch)
    {
        var presence = count < readings ? page.Bytes((readings + 7) / 8) : default;
        var values = (form & PageFormat.RawFlag) != 0 ? ReadRaw(ref page, count) : ReadScaled(ref page, count, form, scratch);
        if (count == readings || page.IsBroken)
        {
            return values;
        }

        var all = new double[readings];
        var next = 0;
        for (var i = 0; i < readings; i++)
        {
            var isPresent = (presence[i / 8] >> (i % 8) & 1) != 0;
            all[i] = !isPresent ? double.NaN : next < count ? values[next] : page.Break();
            next += isPresent ? 1 : 0;
        }

        if (next != count)
        {
            page.Break();
        }

        return all;
    }

    private static double[] ReadRaw(ref PageSource page, int count)
    {
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
        {
            value = page.Double();
        }

        return values;
    }

    private static double[] ReadScaled(ref PageSource page, int count, byte form, ulong[] scratch)
    {
        var scale = new ValueForm((byte)(form & PageFormat.ScaleMask), false);
        var scaled = page.Signed();
        var steps = scratch.AsSpan(0, count - 1);
        var areSame = NumberColumn.Read(ref page, steps);
        var values = new double[count];
        values[0] = scale.Value(scaled);
        if (areSame)
        {
            Array.Fill(values, values[0]);
        }
        else
        {
            scale.Sum(scaled, steps, values.AsSpan(1));
        }

        if ((form & PageFormat.ExceptionsFlag) != 0)
        {
            var index = 0UL;
            for (var left = page.Unsigned(); left > 0 && !page.IsBroken; left--)
            {
                index += page.Unsigned();
                var value = page.Double();
                if (index >= (ulong)count)
                {
                    page.Break();
                    break;
                }

                values[index] = value;
            }
        }

        return values;
    }

    private static ReadOnlySpan<byte> Checked(in PageKey key, ReadOnlySpan<byte> bytes, string otherwise)
    {
        if (bytes.Length <= PageFormat.ChecksumLength)
        {
            throw Damaged(key, "it is too short");
        }

        var content = bytes[..^PageFormat.ChecksumLength];
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[content.Length..]) == PageFormat.Checksum(key, content) ? content : throw Damaged(key, otherwise);
    }

    private static PageDamagedException Damaged(in PageKey key, string what) => new(key.DeviceId, key.Start, what);
}
