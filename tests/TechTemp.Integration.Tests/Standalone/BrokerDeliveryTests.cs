using System.Text;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>Who gets a message of Standalone's broker, how often and how marked. Section numbers are MQTT 5's.</summary>
public sealed class BrokerDeliveryTests : IAsyncLifetime
{
    private const byte SessionExpiry = 0x11, SubscriptionIdentifier = 0x0B, NoLocal = 4, RetainAsPublished = 8, Dup = 8, Retain = 1;

    private static readonly byte[] s_expiry = [SessionExpiry, 0, 0, 0, 60];

    private StandaloneRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await StandaloneRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    /// <summary>4.4.</summary>
    [Fact]
    public async Task What_was_not_acknowledged_comes_again_in_order_on_the_next_connection_and_no_third_time()
    {
        ushort first, second;
        using (var client = await SubscribeAsync("client", "notes", 2, s_expiry))
        {
            await _run.Client.PublishAsync("notes", "1");
            await _run.Client.PublishAsync("notes", "2", qos: 2);
            first = Identifier(await client.ReceiveAsync(RawClient.Type.Publish));
            second = Identifier(await client.ReceiveAsync(RawClient.Type.Publish));
            // Of the second one the message has come, and only its release is missing.
            await client.SendAsync(0x50, RawClient.Number(second));
            await client.ReceiveAsync(RawClient.Type.PubRel);
        }

        await _run.Client.PublishAsync("notes", "3");
        using (var client = await RawClient.ConnectAsync(_run.MqttPort, "client", s_expiry, cleanStart: false))
        {
            var again = await client.ReceiveAsync(RawClient.Type.Publish);
            Assert.Equal((Dup, first), (again.Flags & Dup, Identifier(again)));
            Assert.Equal(RawClient.Number(second), (await client.ReceiveAsync(RawClient.Type.PubRel)).Body[..2]);
            var third = await client.ReceiveAsync(RawClient.Type.Publish);
            Assert.Equal(("3", 0), (Payload(third), third.Flags & Dup));
            await client.SendAsync(0x40, RawClient.Number(first));
            await client.SendAsync(0x70, RawClient.Number(second));
            await client.SendAsync(0x40, RawClient.Number(Identifier(third)));
            Assert.True(await client.IsSilentAsync());
        }

        using var last = await RawClient.ConnectAsync(_run.MqttPort, "client", s_expiry, cleanStart: false);
        Assert.True(await last.IsSilentAsync());
    }

    /// <summary>4.8.2.</summary>
    [Fact]
    public async Task Of_a_group_with_a_shared_subscription_one_gets_each_message()
    {
        using var one = await SubscribeAsync("one", "$share/group/notes", 1);
        using var other = await SubscribeAsync("other", "$share/group/notes", 1);
        using var beside = await SubscribeAsync("beside", "notes", 1);
        for (var i = 0; i < 4; i++)
        {
            await _run.Client.PublishAsync("notes", $"{i}");
        }

        List<string> got = [];
        foreach (var client in new[] { one, one, other, other })
        {
            got.Add(Payload(await client.ReceiveAsync(RawClient.Type.Publish)));
        }

        Assert.Equal(["0", "1", "2", "3"], got.Order());
        Assert.True(await one.IsSilentAsync() && await other.IsSilentAsync());
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal($"{i}", Payload(await beside.ReceiveAsync(RawClient.Type.Publish)));
        }
    }

    /// <summary>3.8.3.1.</summary>
    [Fact]
    public async Task No_local_and_retain_as_published_do_what_they_say()
    {
        using var own = await SubscribeAsync("own", "notes", 1 | NoLocal);
        using var marked = await SubscribeAsync("marked", "notes", 1 | RetainAsPublished);
        using var plain = await SubscribeAsync("plain", "notes", 1);

        await own.PublishAsync("notes", "x", 2 | Retain, 1);
        await own.ReceiveAsync(RawClient.Type.PubAck);

        Assert.True(await own.IsSilentAsync());
        Assert.Equal(Retain, (await marked.ReceiveAsync(RawClient.Type.Publish)).Flags & Retain);
        Assert.Equal(0, (await plain.ReceiveAsync(RawClient.Type.Publish)).Flags & Retain);
    }

    /// <summary>3.3.4: one message, with the identifiers of all subscriptions that cover it.</summary>
    [Fact]
    public async Task Overlapping_subscriptions_bring_a_message_once_with_their_identifiers()
    {
        using var client = await RawClient.ConnectAsync(_run.MqttPort, "client");
        await client.SendAsync(0x82, [0, 1, 2, SubscriptionIdentifier, 7, .. RawClient.Text("notes/#"), 1]);
        await client.SendAsync(0x82, [0, 2, 2, SubscriptionIdentifier, 9, .. RawClient.Text("notes/a"), 0]);
        await client.ReceiveAsync(RawClient.Type.SubAck);
        await client.ReceiveAsync(RawClient.Type.SubAck);

        await _run.Client.PublishAsync("notes/a", "x");

        var properties = (await client.ReceiveAsync(RawClient.Type.Publish)).Body[(2 + "notes/a".Length + 2)..^1];
        Assert.Equal((4, SubscriptionIdentifier, SubscriptionIdentifier), (properties[0], properties[1], properties[3]));
        Assert.Equal((7, 9), (Math.Min(properties[2], properties[4]), Math.Max(properties[2], properties[4])));
        Assert.True(await client.IsSilentAsync());
    }

    private async Task<RawClient> SubscribeAsync(string clientId, string filter, byte options, byte[]? properties = null)
    {
        var client = await RawClient.ConnectAsync(_run.MqttPort, clientId, properties);
        await client.SubscribeAsync(filter, options);
        await client.ReceiveAsync(RawClient.Type.SubAck);
        return client;
    }

    private static ushort Identifier((byte Flags, byte[] Body) publish)
    {
        var at = 2 + ((publish.Body[0] << 8) | publish.Body[1]);
        return (ushort)((publish.Body[at] << 8) | publish.Body[at + 1]);
    }

    // The messages here have neither QoS 0 nor properties.
    private static string Payload((byte Flags, byte[] Body) publish) => Encoding.UTF8.GetString(publish.Body, 2 + publish.Body[1] + 3, publish.Body.Length - 2 - publish.Body[1] - 3);
}
