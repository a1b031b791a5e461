using System.Device.I2c;

namespace TechTemp.Clients.Device.Tests.Sensors;

/// <summary>An I2C bus with a sensor that answers what it is told to, and a book of every byte that went over it.</summary>
internal sealed class SimulatedBus(params string[] answers) : I2cDevice
{
    private readonly Queue<string> _answers = new(answers);

    /// <summary>What went over it: <c>w AC3300</c>, <c>r 18</c>.</summary>
    public List<string> Exchange { get; } = [];

    public bool IsClosed { get; private set; }

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x38);

    public override void Read(Span<byte> buffer)
    {
        var answer = _answers.Dequeue();
        if (answer.StartsWith("error ", StringComparison.Ordinal))
        {
            throw new IOException(answer["error ".Length..]);
        }

        var bytes = Convert.FromHexString(answer);
        Assert.Equal(buffer.Length, bytes.Length);
        bytes.CopyTo(buffer);
        Exchange.Add($"r {answer}");
    }

    public override void Write(ReadOnlySpan<byte> buffer) => Exchange.Add($"w {Convert.ToHexString(buffer)}");

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsClosed = true;
        base.Dispose(disposing);
    }
}
