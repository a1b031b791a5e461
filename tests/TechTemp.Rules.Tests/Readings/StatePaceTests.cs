using TechTemp.Data.Devices;
using TechTemp.Data.Registries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>How often the states of all devices are read.</summary>
public sealed class StatePaceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_states_of_very_many_devices_are_read_in_a_tenth_of_the_time()
    {
        using var store = new TestStore();
        store.Write(Reading(store.Now));
        var told = 0;
        // So long as it takes with very many devices.
        Task TellAsync() => store.Writer.TellChangesAsync(
            _ =>
            {
                told++;
                store.Time.Advance(TimeSpan.FromSeconds(2));
            },
            Cancel);
        await TellAsync();
        Assert.Equal(DeviceOutcome.Done, await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s2", "Salon", null, null, null, null), Cancel)));
        await TellAsync();
        store.Time.Advance(TimeSpan.FromSeconds(17));
        await TellAsync();
        Assert.Equal(1, told);

        store.Time.Advance(TimeSpan.FromSeconds(1));
        await TellAsync();
        Assert.Equal(2, told);

        // Nothing has changed since.
        store.Time.Advance(TimeSpan.FromMinutes(1));
        await TellAsync();
        Assert.Equal(2, told);
    }
}
