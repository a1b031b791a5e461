using TechTemp.Readings.Quantities;

namespace TechTemp.Rules.Tests.Readings;

public sealed class QuantityValuesTests
{
    [Fact]
    public void Each_quantity_has_a_value_of_its_own_or_none()
    {
        var values = default(QuantityValues);
        Assert.True(values.IsEmpty);
        foreach (var quantity in QuantityRegistry.All)
        {
            Assert.Null(values[quantity]);
            values.Set(quantity, quantity.Id);
        }

        Assert.Equal(QuantitySet.All, values.Quantities);
        Assert.All(QuantityRegistry.All, q => Assert.Equal(q.Id, values[q]));
        values[QuantityRegistry.Co2] = null;
        Assert.Equal((null, 0, QuantitySet.All.Without(QuantityRegistry.Co2)), (values[QuantityRegistry.Co2], values.ValueOrZero(QuantityRegistry.Co2), values.Quantities));
    }

    [Fact]
    public void A_copy_changes_alone()
    {
        var first = new QuantityValues(21, 0);
        first.Set(QuantityRegistry.Co2, 800);
        var second = first;
        second.Set(QuantityRegistry.Co2, 900);
        second.Set(QuantityRegistry.Battery, 17);
        Assert.Equal((800, null), (first[QuantityRegistry.Co2], first[QuantityRegistry.Battery]));
        Assert.True(first != second);
    }

    [Fact]
    public void They_are_equal_where_they_have_the_same_values()
    {
        var first = new QuantityValues(21, null);
        var second = new QuantityValues(21, 50);
        Assert.NotEqual(first, second);
        second[QuantityRegistry.Humidity] = null;
        Assert.Equal(first, second);
        first.Set(QuantityRegistry.Co2, 0);
        Assert.NotEqual(first, second);
        first[QuantityRegistry.Co2] = null;
        Assert.Equal((first, first.GetHashCode()), (second, second.GetHashCode()));
        Assert.NotEqual(new(0, null), default(QuantityValues));
    }

    [Fact]
    public void There_is_room_for_every_quantity() =>
        Assert.Equal(Enumerable.Range(1, QuantityRegistry.Count), QuantityRegistry.All.Select(q => (int)q.Id));
}
