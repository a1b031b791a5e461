using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Protocol;
using TechTemp.Faults.Books;

namespace TechTemp.Faults.Publishers;

/// <summary>
/// A device that numbers its readings and keeps each until its state says that everything up to it is committed or
/// rejected (<c>acked_seq</c>). The broker's acknowledgement means nothing to it. After a silence it sends again what it keeps.
/// </summary>
internal sealed class SequencedPublisher(Book book, int port, PublisherPace pace) : Publisher(book, port, pace)
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);

    // A counter starts anywhere.
    private readonly long _offset = 1_000L * book.Device;
    private long _acked;
    private long _heard = Stopwatch.GetTimestamp();

    /// <inheritdoc />
    protected override bool IsWaiting => Book.Acknowledged < Book.Sent;

    /// <inheritdoc />
    protected override bool IsSilent => IsWaiting && Stopwatch.GetElapsedTime(Interlocked.Read(ref _heard)) > s_silence;

    /// <inheritdoc />
    protected override async Task ConnectAsync(IMqttClient client, MqttClientOptions options, CancellationToken cancellationToken)
    {
        client.ApplicationMessageReceivedAsync += e =>
        {
            Hear(e.ApplicationMessage.Payload);
            return Task.CompletedTask;
        };
        await base.ConnectAsync(client, options, cancellationToken);
        await client.SubscribeAsync(SampleReading.StateTopic(Sample.UidOf(Book.Device), Book.Home), MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken);
        // What is sent again now gets its time to be answered.
        Interlocked.Exchange(ref _heard, Stopwatch.GetTimestamp());
    }

    /// <inheritdoc />
    protected override string Payload(Sample sample) => sample.Payload(_offset + sample.Counter, _offset + Interlocked.Read(ref _acked) + 1);

    /// <inheritdoc />
    protected override void Acknowledged(Sample sample)
    {
        // By the broker, which may forget it.
    }

    // The handler of one connection is called for one message after the other; a killed broker comes back with older states.
    private void Hear(ReadOnlySequence<byte> state)
    {
        using var json = JsonDocument.Parse(state);
        if (!json.RootElement.TryGetProperty("acked_seq", out var seq))
        {
            return;
        }

        var acked = Math.Min(seq.GetInt64() - _offset, Book.Sent);
        for (var counter = _acked + 1; counter <= acked; counter++)
        {
            Book.Acknowledge(new(Book.Device, counter));
            Interlocked.Exchange(ref _heard, Stopwatch.GetTimestamp());
        }

        Interlocked.Exchange(ref _acked, Math.Max(_acked, acked));
    }
}
