using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace TechTemp.Load.Clients;

/// <summary>
/// One connection that publishes messages made beforehand, at QoS 1 over MQTT 3.1.1, as bytes: two processors are shared with
/// those that are measured, and every other client takes more of them.
/// </summary>
internal sealed class MqttPublisher : IDisposable
{
    // Of those that were sent and not acknowledged. A packet identifier is not used again before (MQTT 3.1.1, section 2.3.1).
    private const int Window = 1_000;
    private const int Identifiers = 65_535;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly MemoryStream _messages = new();
    private readonly List<int> _ends = [0];
    private readonly byte[] _answers = new byte[4 * Window];
    private int _answered;

    /// <summary>How many messages were made.</summary>
    public int Count => _ends.Count - 1;

    /// <summary>How many messages were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Makes one more message (MQTT 3.1.1, section 3.3).</summary>
    public void Add(string topic, string payload)
    {
        var body = 2 + Encoding.UTF8.GetByteCount(topic) + 2 + Encoding.UTF8.GetByteCount(payload);
        _messages.WriteByte(0x32);
        WriteLength(_messages, body);
        WriteText(_messages, topic);
        WriteNumber(_messages, Count % Identifiers + 1);
        _messages.Write(Encoding.UTF8.GetBytes(payload));
        _ends.Add((int)_messages.Length);
    }

    /// <summary>Connects, with a clean session and without a keep-alive.</summary>
    public async Task ConnectAsync(int port)
    {
        await _socket.ConnectAsync("127.0.0.1", port);
        using var packet = new MemoryStream();
        var name = $"load-{Guid.NewGuid():N}"[..20];
        packet.WriteByte(0x10);
        WriteLength(packet, 10 + 2 + name.Length);
        WriteText(packet, "MQTT");
        packet.Write([4, 0x02, 0, 0]);
        WriteText(packet, name);
        await _socket.SendAsync(packet.ToArray());
        var answer = new byte[4];
        await ReceiveAsync(answer);
        if (answer is not [0x20, 2, _, 0])
        {
            throw new InvalidOperationException($"The broker refused the connection: {Convert.ToHexString(answer)}");
        }
    }

    /// <summary>Sends all messages; completes when the broker has acknowledged them.</summary>
    public async Task PublishAsync()
    {
        while (_answered < Count * 4)
        {
            // Half a window at a time, so that neither side is woken for each message.
            var target = Math.Min(Count, _answered / 4 + Window);
            if (target > Sent && (target - Sent >= Window / 2 || target == Count))
            {
                await SendAsync(target);
            }
            else
            {
                // Not after sending, which may have received all that there is.
                await ReceiveAnswersAsync();
            }
        }
    }

    /// <summary>Sends the next messages up to a number of all, without waiting for their acknowledgement.</summary>
    public async Task SendAsync(int upTo)
    {
        await SendAllAsync(_messages.GetBuffer().AsMemory(_ends[Sent].._ends[upTo]));
        Sent = upTo;
        while (_socket.Available > 0)
        {
            await ReceiveAnswersAsync();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _socket.Dispose();
        _messages.Dispose();
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes)..];
        }
    }

    // A PUBACK is 0x40, 2 and the packet identifier (section 3.4); nothing else comes.
    private async Task ReceiveAnswersAsync()
    {
        var read = await _socket.ReceiveAsync(_answers);
        var first = (4 - _answered % 4) % 4;
        if (read == 0 || (first < read && _answers[first] != 0x40))
        {
            throw new InvalidOperationException("The broker ended a publisher's connection.");
        }

        _answered += read;
    }

    private async Task ReceiveAsync(byte[] answer)
    {
        for (var read = 0; read < answer.Length;)
        {
            var more = await _socket.ReceiveAsync(answer.AsMemory(read));
            read += more > 0 ? more : throw new InvalidOperationException("The broker ended a publisher's connection.");
        }
    }

    private static void WriteText(MemoryStream packet, string text)
    {
        WriteNumber(packet, Encoding.UTF8.GetByteCount(text));
        packet.Write(Encoding.UTF8.GetBytes(text));
    }

    private static void WriteNumber(MemoryStream packet, int number)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)number);
        packet.Write(bytes);
    }

    // Seven bits a byte, the lowest first (section 2.2.3).
    private static void WriteLength(MemoryStream packet, int length)
    {
        for (; length > 0x7F; length >>= 7)
        {
            packet.WriteByte((byte)(length | 0x80));
        }

        packet.WriteByte((byte)length);
    }
}
