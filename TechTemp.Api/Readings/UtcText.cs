using TechTemp.Api.Http;

namespace TechTemp.Api.Readings;

/// <summary>
/// Formats many times as <see cref="UtcTimeConverter"/> does, in the order of a series: the date is made once a day, the rest
/// is digits. The general formatter takes most of the time in which a large answer is written.
/// </summary>
internal sealed class UtcText
{
    private const long Minute = 60_000;
    private const long Day = 86_400_000;
    private readonly byte[] _text = "0000-00-00T00:00:00.000Z"u8.ToArray();
    private long _day = long.MinValue;
    private long _minute = long.MinValue;

    /// <summary>The text of a time; good until the next call.</summary>
    /// <param name="ts">Unix milliseconds UTC, not before 1970.</param>
    public ReadOnlySpan<byte> Format(long ts)
    {
        var minute = ts / Minute;
        if (minute != _minute)
        {
            SetMinute(ts);
            _minute = minute;
        }

        // 2025-09-10T20:54:45.793Z
        var (second, millisecond) = Math.DivRem((uint)(ts - (minute * Minute)), 1_000u);
        _text[22] = (byte)('0' + (millisecond % 10));
        TwoDigits(20, millisecond / 10);
        TwoDigits(17, second);
        return _text;
    }

    private void SetMinute(long ts)
    {
        var day = ts / Day;
        if (day != _day)
        {
            var date = DateTimeOffset.FromUnixTimeMilliseconds(ts).UtcDateTime;
            TwoDigits(0, (uint)date.Year / 100);
            TwoDigits(2, (uint)date.Year % 100);
            TwoDigits(5, (uint)date.Month);
            TwoDigits(8, (uint)date.Day);
            _day = day;
        }

        var (hour, minute) = Math.DivRem((uint)((ts - (day * Day)) / Minute), 60u);
        TwoDigits(14, minute);
        TwoDigits(11, hour);
    }

    private void TwoDigits(int at, uint value)
    {
        var (tens, ones) = Math.DivRem(value, 10u);
        _text[at] = (byte)('0' + tens);
        _text[at + 1] = (byte)('0' + ones);
    }
}
