using TechTemp.Readings.Quantities;

namespace TechTemp.Rules.Tests.Readings;

public sealed class QuantityRegistryTests
{
    [Fact]
    public void Each_quantity_is_found_by_its_number_and_its_names()
    {
        Assert.All(QuantityRegistry.All, q =>
        {
            Assert.Same(q, QuantityRegistry.Find(q.Id));
            Assert.Same(q, QuantityRegistry.FindByKey(q.Key));
            Assert.Same(q, QuantityRegistry.FindByPayloadKey(q.PayloadKey));
            Assert.True(q.Least < q.Greatest && q.IsValid(q.Least) && q.IsValid(q.Greatest) && !q.IsValid(q.Greatest + 1) && !q.IsValid(double.NaN));
        });
        Assert.Null(QuantityRegistry.Find(0));
        Assert.Null(QuantityRegistry.FindByKey("Temperature"));
    }

    /// <summary>Pages of years ago have these numbers in them.</summary>
    [Fact]
    public void The_numbers_never_change() => Assert.Equal(
        "1 temperature_c, 2 humidity_pct, 3 pressure_hpa, 4 co2_ppm, 5 pm25_ugm3, 6 voc_index, 7 illuminance_lx, 8 battery_pct, 9 battery_v, 10 signal_dbm",
        string.Join(", ", QuantityRegistry.All.Select(q => $"{q.Id} {q.PayloadKey}")));
}
