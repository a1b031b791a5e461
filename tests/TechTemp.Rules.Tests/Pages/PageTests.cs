using CsCheck;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Testing.Pages;

namespace TechTemp.Rules.Tests.Pages;

/// <summary>What goes into a page comes out of it, to the last bit, and its head says the truth about it.</summary>
public sealed class PageTests
{
    private static readonly PageKey s_key = new(7, 20_000 * PageKey.Day, PageKey.Day);

    // What sensors send: a walk in steps of some decimals, with values of other kinds between.
    private static readonly Gen<double> s_wild = Gen.OneOf(
        Gen.Double.Where(double.IsFinite), OneOf(0.0, -0.0, 0.1 + 0.2, double.Epsilon, double.MaxValue, -1e300, 1.0 / 3, 123_456_789.123_456_789, 1L << 44, 1e13));

    private static readonly Gen<double[]> s_values =
        from decimals in Gen.Int[0, 4]
        from wild in OneOf(0, 0, 1, 30, 100)
        from start in Gen.Int[-4_000, 100_000]
        from steps in Gen.Select(Gen.Int[-20, 20], Gen.Int[0, 99], s_wild).Array[0, 400]
        select Walk(start, decimals, wild, steps);

    private static readonly Gen<(int[] Steps, int[] Missing, int[] Sources)> s_frame = Gen.Select(
        Gen.OneOf(Gen.Int[1, 1], Gen.Int[1_000, 1_000], Gen.Int[4_990, 5_010], Gen.Int[1, 200_000]).Array[1, 400], Gen.Int[0, 3].Array[1, 8], Gen.Int[0, 2].Array[1, 8]);

    /// <summary>The key of <see cref="Any"/>.</summary>
    internal static PageKey Key => s_key;

    /// <summary>Readings of any kind: steady and jittering times, missing and wild values, one source and several.</summary>
    internal static Gen<PageReadings> Any => Gen.Select(s_frame, s_values.Array[1, QuantityRegistry.Count], Readings);

    [Fact]
    public void Readings_of_any_kind_come_out_as_they_went_in()
    {
        Gen.Select(s_frame, s_values.Array[1, 4]).Sample(
            (frame, values) =>
            {
                var readings = Readings(frame, values);
                var page = PageEncoder.Encode(s_key, readings);
                var read = PageDecoder.Read(s_key, page.Head.Span, page.Body.Span);
                Assert.Equal(readings.Times, read.Times);
                Assert.Equal(readings.Sources, read.Sources);
                Assert.Equal(readings.Columns.Select(c => c.Quantity), read.Columns.Select(c => c.Quantity));
                Assert.All(readings.Columns.Zip(read.Columns), pair => Assert.Equal(Bits(pair.First.Values), Bits(pair.Second.Values)));
            },
            iter: 2_000);
    }

    [Fact]
    public void The_document_describes_the_format()
    {
        Gen.Select(s_frame, s_values.Array[1, 4]).Sample(
            (frame, values) =>
            {
                var readings = Readings(frame, values);
                var page = PageEncoder.Encode(s_key, readings);
                var read = IndependentDecoder.Read(s_key.DeviceId, s_key.Start, s_key.Length, page.Head.ToArray(), page.Body.ToArray());
                Assert.Equal(readings.Times, read.Select(r => r.Ts));
                Assert.Equal(readings.Sources, read.Select(r => (byte)r.Source));
                Assert.All(readings.Columns, c => Assert.Equal(Bits(c.Values), Bits(read.Select(r => r.Values.GetValueOrDefault(c.Quantity.Id, double.NaN)))));
            },
            iter: 500);
    }

    [Fact]
    public void The_head_says_what_the_readings_say()
    {
        Gen.Select(s_frame, s_values.Array[1, 4]).Sample(
            (frame, values) =>
            {
                var readings = Readings(frame, values.Select(column => Array.ConvertAll(column, v => Math.Abs(v) < 1e9 ? v : 0)).ToArray());
                var page = PageEncoder.Encode(s_key, readings);
                var head = PageDecoder.ReadHead(s_key, page.Head.Span);
                Assert.Equal((readings.Times.Length, readings.Times[0], readings.Times[^1]), (head.Count, head.First, head.Last));
                foreach (var (column, summary) in readings.Columns.Zip(head.Columns))
                {
                    var has = readings.Times.Zip(column.Values).Where(r => !double.IsNaN(r.Second)).ToList();
                    var seconds = has.Select((r, i) => ReadingTime.Seconds(i > 0 ? has[i - 1].First : null, r.First, i + 1 < has.Count ? has[i + 1].First : null)).ToList();
                    Assert.Equal(
                        (column.Quantity, has.Count, has.Min(r => r.Second), has.Max(r => r.Second), seconds.Sum()),
                        (summary.Quantity, summary.Count, summary.Least, summary.Greatest, summary.Seconds));
                    var integral = has.Zip(seconds, (r, time) => r.Second * time).Sum();
                    Assert.InRange(summary.Integral, integral - 1e-9 * (1 + has.Zip(seconds, (r, time) => Math.Abs(r.Second * time)).Sum()), integral + 1e-9 * (1 + has.Zip(seconds, (r, time) => Math.Abs(r.Second * time)).Sum()));
                }
            },
            iter: 1_000);
    }

    [Fact]
    public void The_readings_beside_a_page_count_for_the_time_of_its_first_and_last_one()
    {
        var readings = Two(s_key.Start + 10_000, s_key.Start + 20_000);
        var alone = PageDecoder.ReadHead(s_key, PageEncoder.Encode(s_key, readings).Head.Span).Columns[0];
        var beside = PageDecoder.ReadHead(s_key, PageEncoder.Encode(s_key, readings, _ => new(s_key.Start + 4_000, s_key.Start + 50_000)).Head.Span).Columns[0];
        Assert.Equal((20, (20 * 10.0) + (21 * 10)), (alone.Seconds, alone.Integral));
        Assert.Equal((8 + 20, (20 * 8.0) + (21 * 20)), (beside.Seconds, beside.Integral));
    }

    [Fact]
    public void A_usual_day_takes_few_bytes()
    {
        // 288 readings every five minutes, with a walk of hundredths: by the goal 3.0 bytes each.
        var random = new Random(4711);
        var (temperature, humidity) = (2_100, 5_000);
        var times = Enumerable.Range(0, 288).Select(i => s_key.Start + (i * 300_000L)).ToArray();
        var page = PageEncoder.Encode(s_key, new(times, new byte[288],
        [
            new(QuantityRegistry.Temperature, [.. times.Select(_ => (temperature += random.Next(-8, 9)) / 100.0)]),
            new(QuantityRegistry.Humidity, [.. times.Select(_ => (humidity += random.Next(-20, 21)) / 100.0)]),
        ]));
        Assert.InRange(page.Head.Length, 1, 40);
        Assert.InRange((page.Head.Length + page.Body.Length) / 288.0, 0, 2.0);
    }

    [Fact]
    public void What_is_no_page_is_refused()
    {
        var good = Two(s_key.Start, s_key.Start + 1);
        var temperature = good.Columns[0];
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key with { DeviceId = 0 }, good));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key with { Start = s_key.Start + 1 }, good));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, Two(s_key.Start + 1, s_key.Start + 1)));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, Two(s_key.Start - 1, s_key.Start)));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, Two(s_key.Start, s_key.End)));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, good with { Times = [] }));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, good with { Sources = [0] }));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, good with { Columns = [] }));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, good with { Columns = [temperature, temperature] }));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, good with { Columns = [temperature with { Values = [1, double.NaN] }] }));
        Assert.Throws<ArgumentException>(() => PageEncoder.Encode(s_key, good with { Columns = [temperature with { Values = [1, double.PositiveInfinity] }] }));
    }

    [Theory]
    [InlineData(1, PageKey.Day)]
    [InlineData(1_500, PageKey.Day)]
    [InlineData(1_501, PageKey.Day / 4)]
    [InlineData(6_001, PageKey.Day / 24)]
    public void Dense_days_have_shorter_pages(int readings, long length) => Assert.Equal(length, PageKey.LengthFor(readings));

    [Fact]
    public void The_number_of_a_page_tells_its_device_and_start() => Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[0, (1 << 24) - 1]).Sample((device, quarter) =>
    {
        var key = new PageKey(device, quarter * PageKey.Step, PageKey.Step);
        return (PageKey.DeviceOf(key.Id), PageKey.StartOf(key.Id)) == (device, key.Start) && key.Id > 0;
    });

    internal static PageReadings Two(long first, long second) => new([first, second], [0, 0], [new(QuantityRegistry.Temperature, [20, 21])]);

    /// <summary>Readings with the times of a frame, some of the values missing.</summary>
    internal static PageReadings Readings((int[] Steps, int[] Missing, int[] Sources) frame, double[][] values)
    {
        var times = new List<long>();
        var ts = s_key.Start - 1 + frame.Steps[0];
        for (var i = 0; i < frame.Steps.Length && ts < s_key.End; i++)
        {
            times.Add(ts);
            ts += i + 1 < frame.Steps.Length ? frame.Steps[i + 1] : 1;
        }

        var columns = values.Select((column, c) => new PageColumn(
            QuantityRegistry.All[c],
            // The first quantity is never missing: each reading has a value.
            [.. times.Select((_, i) => c > 0 && frame.Missing[(i + c) % frame.Missing.Length] == 0 ? double.NaN : column.Length == 0 ? 21.5 : column[i % column.Length])]));
        return new([.. times], [.. times.Select((_, i) => (byte)frame.Sources[i % frame.Sources.Length])], [.. columns.Where(c => !c.Values.All(double.IsNaN))]);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static double[] Walk(int start, int decimals, int wild, (int Step, int Chance, double Wild)[] steps)
    {
        var value = start;
        return [.. steps.Select(step => step.Chance < wild ? step.Wild : (value += step.Step) / Math.Pow(10, decimals))];
    }

    private static IEnumerable<long> Bits(IEnumerable<double> values) => values.Select(v => double.IsNaN(v) ? long.MinValue + 1 : BitConverter.DoubleToInt64Bits(v));
}
