using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Rules.Tests.Hosting;

/// <summary>What a terminal would obey is shown instead.</summary>
public sealed class PlainConsoleTests
{
    [Theory]
    [InlineData("21.5 °C, salon 🙂\n", "21.5 °C, salon 🙂\n")]
    [InlineData("\u001b[2J\u001b]0;title\u0007", @"\u001b[2J\u001b]0;title\u0007")]
    [InlineData("one\rtwo\r\n", "one\\u000dtwo\r\n")]
    [InlineData("\u009b31m \u202eexe.txt \u2028", @"\u009b31m \u202eexe.txt \u2028")]
    public void Control_characters_are_written_as_their_numbers_whoever_writes_them(string text, string expected)
    {
        using var written = new StringWriter();
        using var console = new PlainConsole(written) { NewLine = "\n" };
        console.Write(text);
        console.Write(text.ToCharArray());
        foreach (var character in text.Where(c => c != '\r'))
        {
            console.Write(character);
        }

        Assert.StartsWith(expected + expected, written.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(written.ToString(), c => char.IsControl(c) && c is not ('\n' or '\r'));
    }
}
