using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>A range of readings that is asked for.</summary>
/// <param name="From">First time, unix milliseconds UTC, inclusive.</param>
/// <param name="To">Last time, inclusive.</param>
/// <param name="Buckets">How time is cut; null for single readings.</param>
/// <param name="Limit">How many at most; null when the request does not say.</param>
/// <param name="Calibrated">Whether calibrations are added.</param>
/// <param name="Quantities">Which quantities are asked for; null for those that there are.</param>
/// <param name="BeforeDevice">Of the readings of the last moment only those of devices before this key; null for all.</param>
internal readonly record struct SeriesRange(long From, long To, TimeBuckets? Buckets, int? Limit, bool Calibrated, QuantitySet? Quantities, int? BeforeDevice);

/// <summary>The query of a range of readings.</summary>
internal sealed class SeriesQuery
{
    public const int MaxLimit = 10_000;

    [FromQuery(Name = "from")]
    [Description("First time, inclusive: ISO 8601 with any offset, or a date")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    [Description("Last time, inclusive: ISO 8601 with any offset, or a date, which means its end")]
    public string? To { get; init; }

    [FromQuery(Name = "bucket")]
    [Description("`raw` (default), `hour`, `day`, or an ISO 8601 duration that is a multiple of PT15M")]
    public string? Bucket { get; init; }

    [FromQuery(Name = "tz")]
    [Description("IANA time zone of `day` buckets (default UTC)")]
    public string? Tz { get; init; }

    [FromQuery(Name = "limit")]
    [Description("How many at most (default 10 for raw, 10000 for buckets); JSON only")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("The `next_cursor` of the page before; JSON only")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "calibrated")]
    [Description("`false` for readings as they were measured (default true)")]
    public string? Calibrated { get; init; }

    [FromQuery(Name = "quantities")]
    [Description("Only these quantities, by their keys, separated by commas (default `temperature`, `humidity` and what else the devices have ever measured)")]
    public string? Quantities { get; init; }

    /// <summary>The query, understood; what is wrong with it is in the errors.</summary>
    /// <param name="errors">What is wrong with it.</param>
    /// <param name="inPages">Whether it is answered in pages; else naming one is wrong, and would be forgotten silently.</param>
    public SeriesRange Parse(Errors errors, bool inPages)
    {
        foreach (var (name, value) in inPages ? [] : new[] { ("limit", Limit), ("cursor", Cursor) })
        {
            if (value is not null)
            {
                errors.Add(name, "is for pages of JSON; an export is the whole range");
            }
        }

        var from = errors.Time("from", From, endOfDay: false, long.MinValue);
        var to = errors.Time("to", To, endOfDay: true, long.MaxValue);
        if (from > to)
        {
            errors.Add("from", "must not be after to");
        }

        int? limit = Limit is null ? null : errors.Limit("limit", Limit, MaxLimit, 1);
        var buckets = BucketDefinition.Parse(errors, Bucket, Tz);
        var (last, beforeDevice) = ParseCursor(errors);
        return new(from, Math.Min(to, last), buckets, limit, errors.Flag("calibrated", Calibrated, fallback: true), QuantityColumns.Parse(errors, Quantities), beforeDevice);
    }

    /// <summary>The cursor after a reading or bucket; of a room's single readings, which can share a moment, with the device's key.</summary>
    public static string CursorAfter(long ts, int? deviceId = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{ts}{(deviceId is null ? "" : $"-{deviceId}")}");

    private (long Last, int? BeforeDevice) ParseCursor(Errors errors)
    {
        if (Cursor is null)
        {
            return (long.MaxValue, null);
        }

        var parts = Cursor.Split('-');
        if (parts is [var single] && long.TryParse(single, NumberStyles.None, CultureInfo.InvariantCulture, out var ts))
        {
            return (ts - 1, null);
        }

        if (parts is [var moment, var device]
            && long.TryParse(moment, NumberStyles.None, CultureInfo.InvariantCulture, out ts)
            && int.TryParse(device, NumberStyles.None, CultureInfo.InvariantCulture, out var deviceId))
        {
            return (ts, deviceId);
        }

        errors.Add("cursor", "must be the next_cursor of an answer");
        return (long.MaxValue, null);
    }
}
