using System.Text;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingWriterRejectionTests
{
    [Fact]
    public void A_message_on_an_invalid_topic_is_kept_without_a_device()
    {
        using var store = new TestStore();
        store.Write(IncomingMessage.FromMqtt(new("home/a b/sensors/s1/reading"), "x"u8.ToArray(), store.Now));
        var kept = store.Read(c => c.RejectedMessages.Single());
        Assert.Equal(
            (RejectionReasons.InvalidTopic, "home/a b/sensors/s1/reading", null, 1, TestStore.Start),
            (kept.Reason, kept.Topic, kept.DeviceUid, kept.PayloadSize, kept.ReceivedAt));
    }

    [Fact]
    public void Of_an_oversized_payload_the_start_is_kept_with_its_size()
    {
        using var store = new TestStore();
        var payload = new byte[20_000];
        payload.AsSpan().Fill((byte)'x');
        payload[0] = (byte)'{';
        store.Write(Raw(payload));
        var kept = store.Read(c => c.RejectedMessages.Single());
        Assert.Equal((RejectionReasons.PayloadTooLarge, 20_000), (kept.Reason, kept.PayloadSize));
        Assert.Equal(payload[..8192], kept.Payload);
    }

    [Fact]
    public void An_empty_payload_is_kept_as_such()
    {
        using var store = new TestStore();
        store.Write(Raw(""));
        var kept = store.Read(c => c.RejectedMessages.Single());
        Assert.Equal((RejectionReasons.InvalidJson, 0), (kept.Reason, kept.PayloadSize));
        Assert.Empty(kept.Payload);
    }

    [Fact]
    public void Beyond_the_row_limit_the_oldest_are_dropped_and_counted()
    {
        using var store = new TestStore(("Retention:RejectedRows", "3"));
        Assert.Equal(0, store.Write(Raw("1"), Raw("2"), Raw("3")).DroppedRejections);
        Assert.Equal(2, store.Write(Raw("4"), Reading(store.Now), Raw("5")).DroppedRejections);
        Assert.Equal(0, store.Write(Reading(store.Now + 1)).DroppedRejections);
        Assert.Equal(4, store.Write(Raw("6"), Raw("7"), Raw("8"), Raw("9")).DroppedRejections);
        Assert.Equal(["7", "8", "9"], Kept(store));
    }

    [Fact]
    public async Task As_long_as_there_are_fewer_than_the_limit_none_is_dropped()
    {
        using var store = new TestStore(("Retention:RejectedRows", "3"), ("Ingest:UnknownDevices", "Hold"));
        store.Write(Raw("1"), Reading(store.Now), Raw("2"));
        var provisioning = new Provisioning("s1", "Salon", null, null, null, null);
        await store.With((DeviceRegistry devices) => devices.ProvisionAsync(provisioning, TestContext.Current.CancellationToken));
        Assert.Equal(["1", "2"], Kept(store));
        Assert.Equal(0, store.Write(Raw("3")).DroppedRejections);
        Assert.Equal(["1", "2", "3"], Kept(store));
    }

    private static IEnumerable<string> Kept(TestStore store) =>
        store.Read(c => c.RejectedMessages.OrderBy(r => r.Id).ToList()).Select(r => Encoding.UTF8.GetString(r.Payload));
}
