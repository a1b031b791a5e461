using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>
/// Reads and writes MQTT packets on a stream. MQTTnet's formatter encodes and decodes them; the frames are read here, so that a packet
/// that is too large is refused by its header: five bytes may announce 256 MB. One thread may read while another one writes.
/// </summary>
internal sealed class PacketStream(Stream stream) : IDisposable
{
    /// <summary>The largest packet, in bytes, as mosquitto.conf has it.</summary>
    public const int MostBytes = 65_536;

    // Thousands of clients have one each: what a large message needed is given back.
    private const int SmallBuffer = 512;
    private const int LargestKeptBuffer = 4_096;

    private static readonly StreamPipeReaderOptions s_readerOptions = new(bufferSize: 8_192, minimumReadSize: 1_024, leaveOpen: true, useZeroByteReads: true);

    private readonly PipeReader _reader = PipeReader.Create(stream, s_readerOptions);
    private readonly MqttPacketFormatterAdapter _formatter = new(new MqttBufferWriter(SmallBuffer, LargestKeptBuffer));
    private ArrayBufferWriter<byte> _output = new(SmallBuffer);

    public MqttProtocolVersion Version => _formatter.ProtocolVersion;

    /// <summary>The next packet, not decoded yet; null at the end of the stream.</summary>
    /// <exception cref="ProtocolException">It is too large, or no packet.</exception>
    /// <exception cref="IOException">The connection is lost.</exception>
    public async ValueTask<ReceivedMqttPacket?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!_reader.TryRead(out var result))
            {
                result = await _reader.ReadAsync(cancellationToken);
            }

            var buffer = result.Buffer;
            if (TryReadFrame(ref buffer, out var frame))
            {
                _reader.AdvanceTo(buffer.Start);
                return frame;
            }

            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Decodes a packet. The first one is a CONNECT, which says how to decode those after it.</summary>
    /// <exception cref="ProtocolException">It is malformed.</exception>
    public MqttPacket Decode(in ReceivedMqttPacket frame)
    {
        try
        {
            if (Version == MqttProtocolVersion.Unknown)
            {
                _formatter.DetectProtocolVersion(frame);
            }

            return _formatter.Decode(frame);
        }
        // Whatever the formatter throws, the client has sent it.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ProtocolException(MqttDisconnectReasonCode.MalformedPacket, e.Message);
        }
    }

    /// <summary>Encodes a packet, to be sent by <see cref="FlushAsync"/>.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="most">The largest packet that the client takes, in bytes.</param>
    /// <returns>False when it is larger; then nothing is sent of it.</returns>
    public bool TryWrite(MqttPacket packet, uint most = uint.MaxValue)
    {
        try
        {
            var encoded = _formatter.Encode(packet);
            if (encoded.Length > most)
            {
                return false;
            }

            _output.Write(encoded.Packet);
            foreach (var part in encoded.Payload)
            {
                _output.Write(part.Span);
            }

            return true;
        }
        finally
        {
            _formatter.Cleanup();
        }
    }

    public int Unsent => _output.WrittenCount;

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_output.WrittenMemory, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        if (_output.Capacity > LargestKeptBuffer)
        {
            _output = new(SmallBuffer);
        }
        else
        {
            _output.ResetWrittenCount();
        }
    }

    /// <summary>Tells the client that nothing more comes.</summary>
    public void EndWriting()
    {
        if (stream is NetworkStream network)
        {
            network.Socket.Shutdown(SocketShutdown.Send);
        }
        else
        {
            stream.Dispose();
        }
    }

    /// <summary>Reads until the client closes the connection, too.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (await _reader.ReadAsync(cancellationToken) is { IsCompleted: false } result)
        {
            _reader.AdvanceTo(result.Buffer.End);
        }
    }

    public void Dispose()
    {
        // Not completed: a read may be going on, and the stream's end ends it.
        stream.Dispose();
    }

    /// <summary>Takes the first packet from a buffer; false when it is not all there.</summary>
    /// <exception cref="ProtocolException">It is too large, or no packet.</exception>
    public static bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out ReceivedMqttPacket frame)
    {
        frame = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var header))
        {
            return false;
        }

        var (length, shift, more) = (0, 0, true);
        while (more)
        {
            if (!reader.TryRead(out var next))
            {
                return false;
            }

            length |= (next & 0x7F) << shift;
            shift += 7;
            more = next >= 0x80;
            if (more && shift > 21)
            {
                throw new ProtocolException(MqttDisconnectReasonCode.MalformedPacket, "The length of a packet is malformed.");
            }
        }

        var total = (int)reader.Consumed + length;
        if (total > MostBytes)
        {
            throw new ProtocolException(MqttDisconnectReasonCode.PacketTooLarge, $"A packet of {total} bytes is larger than {MostBytes}.");
        }

        if (reader.Remaining < length)
        {
            return false;
        }

        frame = new(header, new(buffer.Slice(reader.Position, length).ToArray()), total);
        buffer = buffer.Slice(total);
        return true;
    }
}
