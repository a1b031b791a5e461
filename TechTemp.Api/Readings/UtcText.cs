using TechTemp.Api.Http;

namespace TechTemp.Api.Readings;

/// <summary>
/// Formats many times as <see cref="UtcTimeConverter"/> does, in the order of a series: the date is made once a day, the rest
/// is digits. The general formatter takes most of the time in which a large answer is written.
/// </summary>
internal sealed class UtcText
{
    private const int Length = 24;
    private const long Day = 86_400_000;
    private readonly byte[] _text = new byte[Length];
    private long _day = long.MinValue;

    /// <summary>The text of a time; good until the next call.</summary>
    /// <param name="ts">Unix milliseconds UTC, not before 1970.</param>
    public ReadOnlySpan<byte> Format(long ts)
    {
        var day = ts / Day;
        if (day != _day)
        {
            DateTimeOffset.FromUnixTimeMilliseconds(ts).TryFormat(_text, out _, UtcTimeConverter.Format, System.Globalization.CultureInfo.InvariantCulture);
            _day = day;
        }

        // 2025-09-10T20:54:45.793Z
        var rest = (int)(ts - day * Day);
        Digits(20, 3, rest % 1000);
        Digits(17, 2, rest / 1000 % 60);
        Digits(14, 2, rest / 60_000 % 60);
        Digits(11, 2, rest / 3_600_000);
        return _text;
    }

    private void Digits(int at, int count, int value)
    {
        for (var i = at + count - 1; i >= at; i--)
        {
            _text[i] = (byte)('0' + value % 10);
            value /= 10;
        }
    }
}
