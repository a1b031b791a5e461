using System.Diagnostics;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TechTemp.Faults.Books;

namespace TechTemp.Faults.Publishers;

/// <summary>
/// A device that publishes at QoS 1 with many readings in flight, notes in its book what was acknowledged, connects again
/// whenever the connection is lost, and sends again what was not acknowledged: what MQTT asks of a sender.
/// </summary>
internal class Publisher(Book book, int port, PublisherPace pace) : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _window = new(pace.InFlight);

    /// <summary>The device's book.</summary>
    protected Book Book => book;

    /// <summary>Whether the connection is worth keeping although nothing new may be published.</summary>
    protected virtual bool IsWaiting => false;

    /// <summary>Whether everything that is not acknowledged had better be sent again.</summary>
    protected virtual bool IsSilent => false;

    /// <summary>Publishes until it is enough, and then until all is acknowledged.</summary>
    /// <param name="enough">Says that no new readings are wanted.</param>
    /// <param name="givenUp">Says that the rest need not be acknowledged.</param>
    public async Task RunAsync(CancellationToken enough, CancellationToken givenUp)
    {
        while (!givenUp.IsCancellationRequested && (MayPublish(enough) || book.Acknowledged < book.Sent))
        {
            using var client = new MqttClientFactory().CreateMqttClient();
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(givenUp);
                timeout.CancelAfter(s_timeout);
                await ConnectAsync(client, Options(), timeout.Token);
                await PublishAsync(client, enough, givenUp);
            }
            // Connections go in many ways, and MQTTnet has an exception for each.
            catch (Exception) when (!givenUp.IsCancellationRequested)
            {
                await Task.Delay(s_pause, CancellationToken.None);
            }
            catch (Exception)
            {
                return;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _window.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Connects.</summary>
    protected virtual Task ConnectAsync(IMqttClient client, MqttClientOptions options, CancellationToken cancellationToken) =>
        client.ConnectAsync(options, cancellationToken);

    /// <summary>A reading's payload.</summary>
    protected virtual string Payload(Sample sample) => sample.Payload();

    /// <summary>The broker has acknowledged a reading.</summary>
    protected virtual void Acknowledged(Sample sample) => book.Acknowledge(sample);

    private MqttClientOptions Options() => new MqttClientOptionsBuilder()
        .WithTcpServer("127.0.0.1", port)
        .WithProtocolVersion(MqttProtocolVersion.V500)
        .WithClientId(Sample.UidOf(book.Device))
        // Brokers without accounts do not look at it.
        .WithCredentials(Sample.UidOf(book.Device), MosquittoProcess.Password(Sample.UidOf(book.Device)))
        .WithTimeout(s_timeout)
        .Build();

    private bool MayPublish(CancellationToken enough) => !enough.IsCancellationRequested && book.Sent < pace.Limit;

    private async Task PublishAsync(IMqttClient client, CancellationToken enough, CancellationToken givenUp)
    {
        foreach (var sample in book.Unacknowledged())
        {
            await SendAsync(client, sample, givenUp);
        }

        var start = Stopwatch.GetTimestamp();
        var published = 0;
        using var timer = new PeriodicTimer(s_tick);
        while (client.IsConnected && !IsSilent && (MayPublish(enough) || IsWaiting))
        {
            // By the clock, not by the tick: a busy machine skips ticks.
            for (var due = pace.PerSecond * Stopwatch.GetElapsedTime(start).TotalSeconds; published < due && client.IsConnected && MayPublish(enough); published++)
            {
                await SendAsync(client, book.Next(), givenUp);
            }

            await timer.WaitForNextTickAsync(givenUp);
        }

        // The window is whole again when nothing is in flight.
        for (var i = 0; i < pace.InFlight; i++)
        {
            await _window.WaitAsync(givenUp);
        }

        _window.Release(pace.InFlight);
    }

    private async Task SendAsync(IMqttClient client, Sample sample, CancellationToken givenUp)
    {
        await _window.WaitAsync(givenUp);
        _ = AcknowledgedAsync(client, sample, givenUp);
    }

    private async Task AcknowledgedAsync(IMqttClient client, Sample sample, CancellationToken givenUp)
    {
        try
        {
            var message = new MqttApplicationMessageBuilder()
                .WithTopic(SampleReading.Topic(sample.Uid, book.Home))
                .WithPayload(Payload(sample))
                .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
                .Build();
            var result = await client.PublishAsync(message, givenUp);
            if (result.IsSuccess)
            {
                Acknowledged(sample);
            }
        }
        catch (Exception)
        {
            // Not acknowledged: it is sent again on the next connection.
        }
        finally
        {
            _window.Release();
        }
    }
}

/// <summary>How fast a device publishes.</summary>
/// <param name="PerSecond">Readings a second; infinite for as fast as the acknowledgements come.</param>
/// <param name="Limit">How many readings at most.</param>
/// <param name="InFlight">How many may be unacknowledged.</param>
internal sealed record PublisherPace(double PerSecond = double.PositiveInfinity, int Limit = int.MaxValue, int InFlight = 256);
