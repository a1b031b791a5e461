using System.Text;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// A program's console without control characters, whoever writes to it: what sensors, files, brokers and requests bring reaches logs and
/// messages in many places, and no place must forget to escape it.
/// </summary>
internal sealed class PlainConsole(TextWriter inner) : TextWriter
{
    private const string Kept = "\n\t";

    private static int s_isInstalled;

    /// <inheritdoc />
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Puts it before standard output and standard error, before anything writes to them.</summary>
    public static void Install()
    {
        if (Interlocked.Exchange(ref s_isInstalled, 1) == 0)
        {
            Console.SetOut(new PlainConsole(Console.Out));
            Console.SetError(new PlainConsole(Console.Error));
        }
    }

    /// <inheritdoc />
    public override void Write(char value) => Write([value]);

    /// <inheritdoc />
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<char> buffer)
    {
        // A line end of Windows is the only place for a carriage return, which elsewhere writes over the line.
        if (buffer.EndsWith("\r\n"))
        {
            Write(buffer[..^2]);
            inner.Write("\r\n");
        }
        else if (PlainText.HasControl(buffer))
        {
            inner.Write(PlainText.Escape(buffer, Kept));
        }
        else
        {
            inner.Write(buffer);
        }
    }

    /// <inheritdoc />
    public override void Flush() => inner.Flush();

    /// <inheritdoc />
    public override Task FlushAsync() => inner.FlushAsync();
}
