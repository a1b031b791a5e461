using System.Diagnostics;
using System.Text;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>What MQTT 5 demands of Standalone's broker, told by a client that sends bytes. Section numbers are the specification's.</summary>
public sealed class BrokerProtocolTests : IAsyncLifetime
{
    private const byte SessionExpiry = 0x11, WillDelay = 0x18, ReceiveMaximum = 0x21, MaximumPacketSize = 0x27, TopicAlias = 0x23, MessageExpiry = 0x02;

    private StandaloneRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await StandaloneRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    /// <summary>3.1.3.2.2.</summary>
    [Fact]
    public async Task A_will_waits_for_its_delay_and_a_client_that_comes_back_takes_it_back()
    {
        using var listener = await ListenAsync("wills/#");
        byte[] expiry = [SessionExpiry, .. RawClient.Number(60u)];
        var will = RawClient.Will("wills/a", "gone", [WillDelay, .. RawClient.Number(2u)]);

        using (var _ = await RawClient.ConnectAsync(_run.MqttPort, "a", expiry, will: will))
        {
        }

        Assert.True(await listener.IsSilentAsync());
        using (var again = await RawClient.ConnectAsync(_run.MqttPort, "a", expiry, cleanStart: false))
        {
            await again.SendAsync(0xE0);
        }

        using (var _ = await RawClient.ConnectAsync(_run.MqttPort, "b", expiry, will: RawClient.Will("wills/b", "gone", [WillDelay, .. RawClient.Number(1u)])))
        {
        }

        // The one of "a" would have come with it, or before.
        Assert.Equal("wills/b", TopicOf((await listener.ReceiveAsync(RawClient.Type.Publish)).Body));
        Assert.True(await listener.IsSilentAsync());
    }

    /// <summary>3.1.4, MQTT-3.1.4-3, and 3.14.4: the older connection is closed without a DISCONNECT of its client.</summary>
    [Fact]
    public async Task A_client_that_is_taken_over_is_told_so_and_its_will_is_published()
    {
        using var listener = await ListenAsync("wills/#");
        using var older = await RawClient.ConnectAsync(_run.MqttPort, "a", will: RawClient.Will("wills/a", "gone"));

        using var newer = await RawClient.ConnectAsync(_run.MqttPort, "a");

        Assert.Equal(0x8E, await older.EndAsync());
        Assert.Equal("wills/a", TopicOf((await listener.ReceiveAsync(RawClient.Type.Publish)).Body));
        Assert.True(await newer.IsSilentAsync());
    }

    /// <summary>3.14.2.2.2.</summary>
    [Fact]
    public async Task A_session_expiry_of_0_in_DISCONNECT_ends_the_session_and_without_one_it_stays()
    {
        byte[] expiry = [SessionExpiry, .. RawClient.Number(60u)];
        using (var first = await RawClient.ConnectAsync(_run.MqttPort, "a", expiry))
        {
            await first.SendAsync(0xE0, 0, 0);
            Assert.Equal(0, await first.EndAsync());
        }

        Assert.Equal(1, await SessionPresentAsync("a", expiry, [0, 5, SessionExpiry, 0, 0, 0, 0]));
        Assert.Equal(0, await SessionPresentAsync("a", [], [0, 5, SessionExpiry, 0, 0, 0, 9], reason: 0x82));
    }

    /// <summary>3.3.2.3.3.</summary>
    [Fact]
    public async Task A_message_expires_in_the_queue_and_a_later_one_tells_what_is_left()
    {
        byte[] expiry = [SessionExpiry, .. RawClient.Number(60u)];
        using (var away = await RawClient.ConnectAsync(_run.MqttPort, "away", expiry))
        {
            await away.SubscribeAsync("notes");
            await away.ReceiveAsync(RawClient.Type.SubAck);
        }

        using var sender = await RawClient.ConnectAsync(_run.MqttPort, "sender");
        await sender.PublishAsync("notes", "short", 2, 1, [MessageExpiry, .. RawClient.Number(1u)]);
        await sender.PublishAsync("notes", "long", 2, 2, [MessageExpiry, .. RawClient.Number(100u)]);
        await sender.ReceiveAsync(RawClient.Type.PubAck);
        await sender.ReceiveAsync(RawClient.Type.PubAck);
        var sent = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => Task.FromResult(Stopwatch.GetElapsedTime(sent) > TimeSpan.FromSeconds(2)), "the first one has expired");

        using var back = await RawClient.ConnectAsync(_run.MqttPort, "away", expiry, cleanStart: false);
        var body = (await back.ReceiveAsync(RawClient.Type.Publish)).Body;

        Assert.EndsWith("long", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        var properties = body.AsSpan(2 + "notes".Length + 2);
        Assert.Equal(MessageExpiry, properties[1]);
        Assert.InRange(properties[5], 50, 98);
    }

    /// <summary>4.9.</summary>
    [Fact]
    public async Task A_client_gets_no_more_messages_at_a_time_than_its_receive_maximum()
    {
        using var receiver = await RawClient.ConnectAsync(_run.MqttPort, "receiver", [ReceiveMaximum, 0, 2]);
        await receiver.SubscribeAsync("notes");
        await receiver.ReceiveAsync(RawClient.Type.SubAck);
        for (var i = 0; i < 4; i++)
        {
            await _run.Client.PublishAsync("notes", $"{i}");
        }

        var first = IdentifierOf((await receiver.ReceiveAsync(RawClient.Type.Publish)).Body);
        await receiver.ReceiveAsync(RawClient.Type.Publish);
        Assert.True(await receiver.IsSilentAsync());
        await receiver.SendAsync(0x40, RawClient.Number(first));

        Assert.EndsWith("2", Encoding.UTF8.GetString((await receiver.ReceiveAsync(RawClient.Type.Publish)).Body), StringComparison.Ordinal);
        Assert.True(await receiver.IsSilentAsync());
    }

    /// <summary>3.3.4, and 4.9: what the broker receives at a time.</summary>
    [Fact]
    public async Task A_client_that_exceeds_the_broker_s_receive_maximum_is_told_so()
    {
        using var client = await RawClient.OpenAsync(_run.MqttPort);
        await client.SendAsync(0x10, RawClient.Connect("flood"));
        var properties = (await client.ReceiveAsync(RawClient.Type.ConnAck)).Body.AsSpan(3);
        var at = properties.IndexOf(ReceiveMaximum);
        var most = (properties[at + 1] << 8) | properties[at + 2];

        // QoS 2 without PUBREL: each stays in flight.
        for (ushort i = 1; i <= most + 1; i++)
        {
            await client.PublishAsync("notes", "x", 4, i);
        }

        Assert.Equal(0x93, await client.EndAsync());
    }

    /// <summary>3.1.2.11.4.</summary>
    [Fact]
    public async Task A_message_larger_than_its_client_takes_is_left_out()
    {
        using var receiver = await RawClient.ConnectAsync(_run.MqttPort, "receiver", [MaximumPacketSize, 0, 0, 0, 64]);
        await receiver.SubscribeAsync("notes");
        await receiver.ReceiveAsync(RawClient.Type.SubAck);

        await _run.Client.PublishAsync("notes", new string('x', 64));
        await _run.Client.PublishAsync("notes", "small");

        Assert.EndsWith("small", Encoding.UTF8.GetString((await receiver.ReceiveAsync(RawClient.Type.Publish)).Body), StringComparison.Ordinal);
    }

    /// <summary>3.3.2.3.4.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public async Task A_topic_alias_out_of_range_ends_the_connection(ushort alias)
    {
        using var client = await RawClient.ConnectAsync(_run.MqttPort, "alias");

        await client.PublishAsync("notes", "x", properties: [TopicAlias, .. RawClient.Number(alias)]);

        Assert.Equal(0x94, await client.EndAsync());
    }

    [Fact]
    public async Task A_topic_alias_stands_for_its_topic_and_a_reading_is_stored_by_it()
    {
        using var client = await RawClient.ConnectAsync(_run.MqttPort, "alias");

        await client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(), 2, 1, [TopicAlias, 0, 1]);
        await client.PublishAsync("", SampleReading.Payload(SampleReading.Ts + 1), 2, 2, [TopicAlias, 0, 1]);

        Assert.Equal([0, 1], (await client.ReceiveAsync(RawClient.Type.PubAck)).Body[..2]);
        Assert.Equal([0, 2], (await client.ReceiveAsync(RawClient.Type.PubAck)).Body[..2]);
        Assert.Equal(2, (await _run.Http.DataAsync("/api/v1/devices/s1/readings")).AsArray().Count);
    }

    /// <summary>4.6: also behind a message that waits for its commit.</summary>
    [Fact]
    public async Task Acknowledgements_come_in_the_order_of_the_messages()
    {
        using var client = await RawClient.ConnectAsync(_run.MqttPort, "order");
        for (ushort i = 1; i <= 60; i++)
        {
            await client.PublishAsync(i % 3 == 0 ? "notes" : SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + i), 2, i);
        }

        for (ushort i = 1; i <= 60; i++)
        {
            Assert.Equal(i, IdentifierOf((await client.ReceiveAsync(RawClient.Type.PubAck)).Body, topic: false));
        }
    }

    /// <summary>4.3.3: sent twice before its PUBREL, it is one message.</summary>
    [Fact]
    public async Task A_message_of_QoS_2_is_delivered_once()
    {
        using var listener = await ListenAsync("notes");
        using var client = await RawClient.ConnectAsync(_run.MqttPort, "twice");

        await client.PublishAsync("notes", "once", 4, 7);
        await client.ReceiveAsync(RawClient.Type.PubRec);
        await client.PublishAsync("notes", "once", 4 | 8, 7);
        await client.ReceiveAsync(RawClient.Type.PubRec);
        await client.SendAsync(0x62, 0, 7);
        await client.ReceiveAsync(RawClient.Type.PubComp);
        await client.PublishAsync("notes", "then", 4, 7);

        Assert.EndsWith("once", Encoding.UTF8.GetString((await listener.ReceiveAsync(RawClient.Type.Publish)).Body), StringComparison.Ordinal);
        Assert.EndsWith("then", Encoding.UTF8.GetString((await listener.ReceiveAsync(RawClient.Type.Publish)).Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_never_says_who_it_is_is_closed_and_so_is_one_that_is_silent()
    {
        using var silent = await RawClient.OpenAsync(_run.MqttPort);
        using var keepAlive = await RawClient.OpenAsync(_run.MqttPort);
        var connect = RawClient.Connect("silent");
        connect[9] = 1;
        await keepAlive.SendAsync(0x10, connect);

        Assert.Equal(0x8D, await keepAlive.EndAsync());
        Assert.Null(await silent.TryReceiveAsync());
    }

    [Fact]
    public async Task Malformed_packets_end_their_connection_and_nothing_else()
    {
        var random = new Random(4711);
        byte[][] packets =
        [
            [0x10, 20, .. RawClient.Connect("fuzz")], [0x32, 12, .. RawClient.Text("notes"), 0, 1, 0, 1, 2], [0x82, 11, 0, 1, 0, .. RawClient.Text("notes"), 1],
            [0xA2, 10, 0, 1, 0, .. RawClient.Text("notes")], [0xE0, 2, 0, 0], [0xC0, 0], [0x62, 2, 0, 1], [0xF0, 2, 0, 0],
        ];
        for (var i = 0; i < 400; i++)
        {
            using var client = await RawClient.OpenAsync(_run.MqttPort);
            if (i % 2 == 0)
            {
                await client.SendAsync(0x10, RawClient.Connect("fuzz"));
            }

            var packet = (byte[])packets[random.Next(packets.Length)].Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            }

            await client.SendBytesAsync(packet);
        }

        using var after = await RawClient.ConnectAsync(_run.MqttPort, "after");
        Assert.True(await after.IsSilentAsync());
        Assert.Empty(_run.Host.Error);
    }

    private async Task<RawClient> ListenAsync(string filter)
    {
        var listener = await RawClient.ConnectAsync(_run.MqttPort, "listener");
        await listener.SubscribeAsync(filter);
        await listener.ReceiveAsync(RawClient.Type.SubAck);
        return listener;
    }

    // Connects, and leaves with this DISCONNECT.
    private async Task<int> SessionPresentAsync(string clientId, byte[] properties, byte[] disconnect, byte reason = 0)
    {
        using var client = await RawClient.OpenAsync(_run.MqttPort);
        await client.SendAsync(0x10, RawClient.Connect(clientId, properties, cleanStart: false));
        var present = (await client.ReceiveAsync(RawClient.Type.ConnAck)).Body[0];
        await client.SendAsync(0xE0, disconnect);
        Assert.Equal(reason, await client.EndAsync());
        return present;
    }

    private static string TopicOf(byte[] publish) => Encoding.UTF8.GetString(publish, 2, (publish[0] << 8) | publish[1]);

    private static ushort IdentifierOf(byte[] body, bool topic = true)
    {
        var at = topic ? 2 + ((body[0] << 8) | body[1]) : 0;
        return (ushort)((body[at] << 8) | body[at + 1]);
    }
}
