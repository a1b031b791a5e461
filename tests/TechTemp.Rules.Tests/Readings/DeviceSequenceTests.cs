using CsCheck;
using TechTemp.Readings.Sequences;

namespace TechTemp.Rules.Tests.Readings;

public sealed class DeviceSequenceTests
{
    private readonly DeviceSequence _sequence = new();

    [Fact]
    public void A_device_that_does_not_count_has_nothing_acknowledged() => Assert.Null(_sequence.Acked);

    [Fact]
    public void The_first_number_seen_is_where_a_device_begins() => Assert.Equal(1041, Accept(1041).Acked);

    [Fact]
    public void A_device_that_says_how_far_back_its_memory_goes_begins_there()
    {
        Assert.Equal(4, Accept(new SequenceMark(7, 5)).Acked);
        Assert.Equal([(5, 6)], _sequence.Gaps);
    }

    [Fact]
    public void A_missing_number_holds_the_acknowledgement_until_it_has_come()
    {
        Assert.Equal(2, Accept(1, 2, 4, 5).Acked);
        Assert.Equal(5, Accept(3).Acked);
        Assert.Empty(_sequence.Gaps);
    }

    [Fact]
    public void What_a_device_no_longer_keeps_is_waited_for_no_longer()
    {
        Assert.Equal(1, Accept(1, 10, 20).Acked);
        Assert.Equal(14, Accept(new SequenceMark(21, 15)).Acked);
        Assert.Equal([(15, 19)], _sequence.Gaps);
        Assert.Equal(99, Accept(new SequenceMark(101, 100)).Acked);
    }

    [Fact]
    public void A_memory_that_goes_back_further_than_what_is_acknowledged_changes_nothing() =>
        Assert.Equal(4, Accept(1, 2, 3).Accepted(new SequenceMark(4, 1)).Acked);

    [Fact]
    public void A_counter_that_jumps_wildly_costs_no_more_than_its_gaps()
    {
        for (var i = 0L; i < 1_000; i++)
        {
            Accept(i * 1_000_000_000_000_000);
        }

        Assert.Equal(DeviceSequence.MaxGaps, _sequence.Gaps.Count);
        Assert.Equal(0, _sequence.Acked);
        Assert.Equal(long.MaxValue, Accept(new SequenceMark(long.MaxValue, long.MaxValue)).Acked);
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_what_is_acknowledged_has_come() =>
        Gen.Int[1, 60].Array[1, 120].Sample(numbers =>
        {
            var sequence = new DeviceSequence();
            var come = new HashSet<long>();
            foreach (var number in numbers)
            {
                sequence = new(sequence.Highest, sequence.Gaps);
                sequence.Accept(new(number, 1));
                come.Add(number);
                var acked = 0L;
                while (come.Contains(acked + 1))
                {
                    acked++;
                }

                Assert.Equal(acked, sequence.Acked);
                Assert.Equal(come.Max(), sequence.Highest);
                Assert.DoesNotContain(come, n => sequence.Gaps.Any(g => g.First <= n && n <= g.Last));
            }
        });

    private DeviceSequence Accept(params long[] numbers) => Array.ConvertAll(numbers, n => Accept(new SequenceMark(n)))[^1];

    private DeviceSequence Accept(SequenceMark mark) => _sequence.Accepted(mark);
}

file static class DeviceSequenceExtensions
{
    public static DeviceSequence Accepted(this DeviceSequence sequence, SequenceMark mark)
    {
        sequence.Accept(mark);
        return sequence;
    }
}
