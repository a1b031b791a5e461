using System.Buffers.Binary;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Rules.Tests.Pages;

/// <summary>A page whose bytes are others than those that were written is an error that names it: no crash, no wrong value, no endless loop.</summary>
public sealed class DamagedPageTests
{
    private static readonly PageKey s_key = new(7, 20_000 * PageKey.Day, PageKey.Day);
    private static readonly Page s_page = Encode(new Random(1), readings: 200);

    [Fact]
    public void Each_single_bit_that_is_another_is_noticed()
    {
        var (head, body) = (s_page.Head.ToArray(), s_page.Body.ToArray());
        for (var bit = 0; bit < 8 * head.Length; bit++)
        {
            AssertDamaged(Flipped(head, bit), body);
        }

        for (var bit = 0; bit < 8 * body.Length; bit++)
        {
            AssertDamaged(head, Flipped(body, bit));
        }
    }

    [Fact]
    public void Each_missing_end_is_noticed()
    {
        for (var length = 0; length < s_page.Head.Length; length++)
        {
            AssertDamaged(s_page.Head.ToArray()[..length], s_page.Body.ToArray());
        }

        for (var length = 0; length < s_page.Body.Length; length++)
        {
            AssertDamaged(s_page.Head.ToArray(), s_page.Body.ToArray()[..length]);
        }
    }

    [Fact]
    public void A_page_is_not_read_as_that_of_another_device_or_time()
    {
        foreach (var other in new[] { s_key with { DeviceId = 8 }, s_key with { Start = s_key.Start + PageKey.Day }, s_key with { Length = PageKey.Day / 4 } })
        {
            Assert.Throws<PageDamagedException>(() => PageDecoder.ReadHead(other, s_page.Head.Span));
            Assert.Throws<PageDamagedException>(() => PageDecoder.Read(other, s_page.Head.Span, s_page.Body.Span));
        }
    }

    [Fact]
    public void The_error_names_device_and_day()
    {
        var e = Assert.Throws<PageDamagedException>(() => PageDecoder.Read(s_key, s_page.Head.Span, Flipped(s_page.Body.ToArray(), 100)));
        Assert.Equal((7, s_key.Start), (e.DeviceId, e.Start));
        Assert.Equal("The page of device 7 of 2024-10-04T00:00Z is damaged: the checksum of its body does not match.", e.Message);
    }

    /// <summary>With right checksums, as from a writer with a fault: whatever the bytes are, the reader ends, with an error or with readings.</summary>
    [Fact]
    public void Bytes_that_no_writer_writes_never_crash_the_reader()
    {
        var random = new Random(4711);
        for (var run = 0; run < 20_000; run++)
        {
            var page = run % 50 == 0 ? Encode(random, random.Next(1, 80)) : s_page;
            var head = Mutated(random, page.Head.ToArray());
            var body = Mutated(random, page.Body.ToArray());
            try
            {
                var read = PageDecoder.Read(s_key, head, body);
                Assert.All(read.Columns, column => Assert.Equal(read.Times.Length, column.Values.Length));
            }
            catch (PageDamagedException)
            {
                // As it should be.
            }
        }
    }

    /// <summary>A page with a raw column, one with exceptions and one that some readings lack.</summary>
    internal static Page Encode(Random random, int readings) => PageEncoder.Encode(s_key, new(
        [.. Enumerable.Range(0, readings).Select(i => s_key.Start + (i * 300_000L) + random.Next(1_000))],
        [.. Enumerable.Range(0, readings).Select(i => (byte)(i % 90 == 0 ? 1 : 0))],
        [
            new(QuantityRegistry.Temperature, [.. Enumerable.Range(0, readings).Select(_ => random.Next(-4_000, 8_500) / 100.0)]),
            new(QuantityRegistry.Humidity, [.. Enumerable.Range(0, readings).Select(i => i == 3 ? Math.PI : random.Next(0, 100))]),
            new(QuantityRegistry.Pressure, [.. Enumerable.Range(0, readings).Select(_ => random.NextDouble() * 1_000)]),
            new(QuantityRegistry.Co2, [.. Enumerable.Range(0, readings).Select(i => i % 3 == 0 ? random.Next(400, 2_000) : double.NaN)]),
        ]));

    internal static byte[] Flipped(byte[] bytes, int bit)
    {
        byte[] flipped = [.. bytes];
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    /// <summary>Bytes of a page of <see cref="s_key"/> with some that no writer writes, and a right checksum.</summary>
    internal static byte[] Mutated(Random random, byte[] bytes)
    {
        var content = bytes[..^PageFormat.ChecksumLength].ToList();
        for (var i = random.Next(0, 4); i > 0; i--)
        {
            switch (random.Next(3))
            {
                case 0:
                    content[random.Next(content.Count)] = (byte)random.Next(256);
                    break;
                case 1 when content.Count > 1:
                    content.RemoveAt(random.Next(content.Count));
                    break;
                default:
                    content.Insert(random.Next(content.Count), (byte)random.Next(256));
                    break;
            }
        }

        byte[] mutated = [.. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(mutated.AsSpan(content.Count), PageFormat.Checksum(s_key, [.. content]));
        return mutated;
    }

    private static void AssertDamaged(byte[] head, byte[] body) => Assert.Throws<PageDamagedException>(() => PageDecoder.Read(s_key, head, body));
}
