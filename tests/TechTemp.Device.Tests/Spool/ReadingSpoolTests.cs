using Microsoft.Extensions.Logging.Abstractions;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Tests.Spool;

/// <summary>What is in the spool stays in it, as it was, until it is released.</summary>
public sealed class ReadingSpoolTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void What_was_added_is_there_after_the_next_start()
    {
        using (var spool = Open())
        {
            spool.Append([Reading(1), Reading(2), Reading(3)]);
        }

        using var again = Open();

        Assert.Equal([Reading(1), Reading(2), Reading(3)], again.Read(0, 10).Select(r => r.Reading));
        Assert.Equal(Reading(3).Ts, again.NewestTs);
        Assert.Equal(again.Next - 1, again.PossiblySent);
    }

    [Fact]
    public void Numbers_follow_each_other_over_a_restart_and_over_files()
    {
        for (var start = 0; start < 3; start++)
        {
            using var spool = Open();
            spool.Append(Enumerable.Range(0, 3000).Select(i => Reading(i)));
        }

        using var again = Open();

        var all = again.Read(0, 10_000);
        Assert.Equal(9000, all.Count);
        Assert.Equal(Enumerable.Range(0, 9000).Select(i => all[0].Seq + i), all.Select(r => r.Seq));
        Assert.Equal(3, Files().Count);
        Assert.Equal(0, again.Damaged);
    }

    [Fact]
    public void A_new_spool_counts_from_the_clock_so_that_its_numbers_are_above_those_of_a_lost_one()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using var spool = Open();

        Assert.InRange(spool.Next, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public void What_is_released_is_gone_and_its_files_too_but_never_the_counter()
    {
        long next;
        using (var spool = Open())
        {
            spool.Append(Enumerable.Range(0, 5000).Select(i => Reading(i)));
            next = spool.Next;

            Assert.True(spool.Release(next - 11));
            Assert.Equal(10, spool.Read(0, 100).Count);
            Assert.Single(Files());
            Assert.True(spool.Release(next - 1));
            Assert.False(spool.Release(next - 1));
            Assert.Empty(spool.Read(0, 100));
            Assert.Equal((0, next), (spool.Count, spool.Oldest));
        }

        using var again = Open();
        Assert.Equal(next, again.Next);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(35)]
    public void A_torn_last_record_is_cut_off_and_its_place_taken_by_the_next(int torn)
    {
        Fill(5);
        var file = Assert.Single(Files());
        Cut(file, (4 * SpoolRecord.Length) + torn);

        using var spool = Open();
        Assert.Equal([Reading(0), Reading(1), Reading(2), Reading(3)], spool.Read(0, 10).Select(r => r.Reading));
        Assert.Equal(4 * SpoolRecord.Length, new FileInfo(file).Length);
        spool.Append(Reading(9));

        Assert.Equal(Reading(9), spool.Read(0, 10)[^1].Reading);
        Assert.Equal(0, spool.Damaged);
    }

    [Fact]
    public void What_a_file_system_left_of_an_interrupted_write_is_no_data()
    {
        Fill(3);
        using (var file = File.OpenWrite(Assert.Single(Files())))
        {
            // Its length was written, its bytes were not; then bytes of something else.
            file.SetLength(6 * SpoolRecord.Length);
            file.Seek(0, SeekOrigin.End);
            file.Write([.. Enumerable.Repeat((byte)0xA5, 50)]);
        }

        using var spool = Open();

        Assert.Equal([Reading(0), Reading(1), Reading(2)], spool.Read(0, 10).Select(r => r.Reading));
        Assert.Equal(3 * SpoolRecord.Length, new FileInfo(Assert.Single(Files())).Length);
    }

    [Fact]
    public void Every_way_to_cut_or_change_the_last_record_is_noticed()
    {
        Fill(3);
        var file = Assert.Single(Files());
        var whole = File.ReadAllBytes(file);
        for (var i = 2 * SpoolRecord.Length; i < whole.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])whole.Clone();
                changed[i] ^= (byte)(1 << bit);
                File.WriteAllBytes(file, changed);
                using var spool = Open();
                Assert.Equal([Reading(0), Reading(1)], spool.Read(0, 10).Select(r => r.Reading));
            }
        }
    }

    [Fact]
    public void A_damaged_record_in_the_middle_is_left_out_and_the_others_are_not()
    {
        Fill(5);
        Damage(Assert.Single(Files()), record: 2);

        using var spool = Open();

        Assert.Equal([Reading(0), Reading(1), Reading(3), Reading(4)], spool.Read(0, 10).Select(r => r.Reading));
        Assert.Equal(1, spool.Damaged);
        Assert.Equal(spool.Next - 5, spool.Oldest);
        // As soon as nothing older is kept the device says that it will never come.
        spool.Release(spool.Oldest + 1);
        spool.Read(spool.Oldest, 10);
        Assert.Equal(spool.Next - 2, spool.Oldest);
        Assert.Equal(1, spool.Damaged);
    }

    [Fact]
    public void A_file_that_is_gone_holds_up_nothing()
    {
        Fill(9000);
        File.Delete(Files().Order().First());

        using var spool = Open();

        Assert.Equal(9000 - SpoolSegment.Capacity, spool.Read(0, 10_000).Count);
        Assert.Equal(spool.Read(0, 1)[0].Seq, spool.Oldest);
    }

    [Fact]
    public void Beyond_its_bound_the_oldest_are_dropped_and_counted()
    {
        using var spool = ReadingSpool.Open(_folder.Path, 6000, TimeProvider.System, NullLogger.Instance);
        var first = spool.Next;
        for (var i = 0; i < 20; i++)
        {
            spool.Append(Enumerable.Range(0, 1000).Select(n => Reading((i * 1000) + n)));
        }

        Assert.Equal((6000, 14_000, first + 14_000), (spool.Count, spool.Dropped, spool.Oldest));
        Assert.Equal(Enumerable.Range(14_000, 6000).Select(Reading), spool.Read(0, 100_000).Select(r => r.Reading));
        Assert.InRange(Files().Sum(f => new FileInfo(f).Length), 6000 * SpoolRecord.Length, (6000 + SpoolSegment.Capacity) * SpoolRecord.Length);
    }

    [Fact]
    public async Task A_full_disk_keeps_readings_in_memory_and_writes_them_later()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 1);
        var folder = disk.File("spool");
        long first;
        using (var spool = ReadingSpool.Open(folder, 10_000, TimeProvider.System, NullLogger.Instance))
        {
            first = spool.Next;
            spool.Append(Reading(0));
            disk.Fill();
            // More than fits into the page that the file has already.
            spool.Append(Enumerable.Range(1, 500).Select(Reading));
            Assert.Equal(501, spool.Read(0, 1000).Count);
            Assert.True(new FileInfo(Assert.Single(Directory.GetFiles(folder, "*.spool"))).Length < 501 * SpoolRecord.Length);

            disk.Free();
            spool.Append(Reading(501));
        }

        using var again = ReadingSpool.Open(folder, 10_000, TimeProvider.System, NullLogger.Instance);
        Assert.Equal(Enumerable.Range(0, 502).Select(i => new NumberedReading(first + i, Reading(i))), again.Read(0, 1000));
    }

    [Fact]
    public async Task What_lies_between_a_batch_and_what_is_in_memory_is_not_taken_for_damaged()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 1);
        using var spool = ReadingSpool.Open(disk.File("spool"), 10_000, TimeProvider.System, NullLogger.Instance);
        spool.Append(Enumerable.Range(0, 300).Select(Reading));
        disk.Fill();
        spool.Append(Enumerable.Range(300, 500).Select(Reading));

        Assert.Equal(Enumerable.Range(0, 100).Select(Reading), spool.Read(0, 100).Select(r => r.Reading));
        Assert.Equal(Enumerable.Range(250, 100).Select(Reading), spool.Read(spool.Oldest + 250, 100).Select(r => r.Reading));
        Assert.Equal((0, 800), (spool.Damaged, spool.Count));
    }

    [Fact]
    public void A_folder_is_one_devices_alone()
    {
        using var spool = Open();

        Assert.Throws<IOException>(Open);
    }

    [Fact]
    public void A_batch_is_read_from_where_it_is_asked_for()
    {
        using var spool = Open();
        spool.Append(Enumerable.Range(0, 5000).Select(Reading));

        var batch = spool.Read(spool.Oldest + 4090, 10);

        Assert.Equal(Enumerable.Range(4090, 10).Select(Reading), batch.Select(r => r.Reading));
        Assert.Throws<ArgumentOutOfRangeException>(() => spool.Read(spool.Oldest, 0));
    }

    public void Dispose() => _folder.Dispose();

    internal static SensorReading Reading(int i) => new(SampleReading.Ts + (i * 1000L), 20 + (i / 100.0), 50 - (i / 1000.0));

    private static void Cut(string file, int length)
    {
        using var stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    private static void Damage(string file, int record)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[(record * SpoolRecord.Length) + 20] ^= 0x10;
        File.WriteAllBytes(file, bytes);
    }

    private void Fill(int count)
    {
        using var spool = Open();
        spool.Append(Enumerable.Range(0, count).Select(Reading));
    }

    private List<string> Files() => [.. Directory.GetFiles(_folder.Path, "*.spool")];

    private ReadingSpool Open() => ReadingSpool.Open(_folder.Path, 1_000_000, TimeProvider.System, NullLogger.Instance);
}
