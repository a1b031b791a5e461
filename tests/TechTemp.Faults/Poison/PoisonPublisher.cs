using System.Buffers;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace TechTemp.Faults.Poison;

/// <summary>Publishes over some connections, with many messages in flight, and demands an acknowledgement of each.</summary>
internal sealed class PoisonPublisher : IAsyncDisposable
{
    private const int InFlight = 256;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private readonly SemaphoreSlim _window = new(InFlight);
    private readonly List<IMqttClient> _clients = [];
    private Exception? _failure;
    private int _next;

    /// <summary>A publisher with its connections.</summary>
    public static async Task<PoisonPublisher> ConnectAsync(int port, int connections)
    {
        var publisher = new PoisonPublisher();
        for (var i = 0; i < connections; i++)
        {
            publisher._clients.Add(await ConnectAsync(port));
        }

        return publisher;
    }

    /// <summary>Publishes a message, soon; it fails with what an earlier one has failed with.</summary>
    public async Task PublishAsync(PoisonMessage message)
    {
        await _window.WaitAsync();
        if (_failure is not null)
        {
            throw new InvalidOperationException("A message was not acknowledged.", _failure);
        }

        _ = AcknowledgedAsync(_clients[_next++ % _clients.Count], message);
    }

    /// <summary>Waits until everything is acknowledged.</summary>
    public async Task CompleteAsync()
    {
        for (var i = 0; i < InFlight; i++)
        {
            await _window.WaitAsync();
        }

        _window.Release(InFlight);
        if (_failure is not null)
        {
            throw new InvalidOperationException("A message was not acknowledged.", _failure);
        }
    }

    /// <summary>Publishes one message over a connection of its own.</summary>
    /// <returns>Whether it was acknowledged.</returns>
    public static async Task<bool> TryPublishAsync(int port, PoisonMessage message)
    {
        using var client = await ConnectAsync(port);
        try
        {
            return (await client.PublishAsync(ToMqtt(message))).IsSuccess;
        }
        // Closed in the middle of it, in one of the ways that MQTTnet has for it.
        catch (Exception)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        _window.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<IMqttClient> ConnectAsync(int port)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V500).WithTimeout(s_timeout).Build());
        return client;
    }

    private static MqttApplicationMessage ToMqtt(PoisonMessage message) => new()
    {
        Topic = message.Topic,
        Payload = new ReadOnlySequence<byte>(message.Payload),
        QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        Retain = message.Retain,
    };

    private async Task AcknowledgedAsync(IMqttClient client, PoisonMessage message)
    {
        try
        {
            var result = await client.PublishAsync(ToMqtt(message));
            if (!result.IsSuccess)
            {
                _failure = new InvalidOperationException($"{result.ReasonCode} for {message.Topic}");
            }
        }
        catch (Exception e)
        {
            _failure = e;
        }
        finally
        {
            _window.Release();
        }
    }
}
