using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Pages;

/// <summary>Reads pages. A page whose bytes are not those that were written is an error, never a wrong value.</summary>
public static class PageDecoder
{
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
        var times = ReadTimes(ref page, summary);
        var sources = ReadSources(ref page, summary.Count);
        var columns = new PageColumn[summary.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = summary.Columns[i];
            columns[i] = new(column.Quantity, ReadColumn(ref page, summary.Count, column.Count, column.Form)) { IsWhole = column.Count == summary.Count };
        }

        return page.IsBroken || !page.IsAtEnd || times[^1] != summary.Last ? throw Damaged(key, "its body does not fit its head") : new(times, sources, columns);
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

    private static long[] ReadTimes(ref PageSource page, PageHead head)
    {
        var times = new long[head.Count];
        times[0] = head.First;
        if (times.Length > 1)
        {
            var usual = (long)page.Unsigned();
            var steps = new ulong[times.Length - 1];
            NumberColumn.Read(ref page, steps);
            for (var i = 0; i < steps.Length; i++)
            {
                times[i + 1] = times[i] + usual + PageSource.UnZigZag(steps[i]);
            }
        }

        return times;
    }

    private static byte[] ReadSources(ref PageSource page, int count)
    {
        var sources = new byte[count];
        switch (page.Byte())
        {
            case PageFormat.OneSource:
                Array.Fill(sources, page.Byte());
                break;
            case PageFormat.ManySources:
                var numbers = new ulong[count];
                NumberColumn.Read(ref page, numbers);
                sources = Array.ConvertAll(numbers, number => (byte)number);
                break;
            default:
                page.Break();
                break;
        }

        return sources;
    }

    private static double[] ReadColumn(ref PageSource page, int readings, int count, byte form)
    {
        var presence = count < readings ? page.Bytes((readings + 7) / 8) : default;
        var values = (form & PageFormat.RawFlag) != 0 ? ReadRaw(ref page, count) : ReadScaled(ref page, count, form);
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

    private static double[] ReadScaled(ref PageSource page, int count, byte form)
    {
        var scale = new ValueForm((byte)(form & PageFormat.ScaleMask), false);
        var scaled = page.Signed();
        var steps = new ulong[count - 1];
        NumberColumn.Read(ref page, steps);
        var values = new double[count];
        values[0] = scale.Value(scaled);
        for (var i = 0; i < steps.Length; i++)
        {
            scaled += PageSource.UnZigZag(steps[i]);
            values[i + 1] = scale.Value(scaled);
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
