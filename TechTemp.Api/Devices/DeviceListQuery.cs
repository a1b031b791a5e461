using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Data.Devices;
using TechTemp.Readings.Devices;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.Devices;

/// <summary>The query of the list of devices.</summary>
internal sealed class DeviceListQuery
{
    // A client that does not know pages sees a home of that size whole, in 200 kB.
    public const int MaxLimit = 1_000;

    [FromQuery(Name = "search")]
    [Description("Only devices whose uid, label, model or room's name contains this text")]
    public string? Search { get; init; }

    [FromQuery(Name = "home")]
    [Description("Only devices of this home")]
    public string? Home { get; init; }

    [FromQuery(Name = "room")]
    [Description("Only devices that stand in this room now: its uid")]
    public string? Room { get; init; }

    [FromQuery(Name = "status")]
    [Description("Only devices of this status: `online`, `late`, `offline` or `never`")]
    public string? Status { get; init; }

    [FromQuery(Name = "provisioned")]
    [Description("`false` for devices that registered themselves and have no place yet, `true` for the others")]
    public string? Provisioned { get; init; }

    [FromQuery(Name = "limit")]
    [Description("How many at most (default 1000)")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("The `next_cursor` of the page before")]
    public string? Cursor { get; init; }

    /// <summary>The query, understood; what is wrong with it is in the errors.</summary>
    public (DeviceFilter Filter, string? After, int Limit) Parse(Errors errors, DeviceStatusRule rule, DateTimeOffset now)
    {
        if (Cursor is not null && !Uids.IsValid(Cursor))
        {
            errors.Add("cursor", "must be the next_cursor of an answer");
        }

        var filter = new DeviceFilter(
            errors.Text("search", Search), errors.Uid("home", Home), errors.Uid("room", Room), Provisioned is null ? null : errors.Flag("provisioned", Provisioned, fallback: true));
        return (WithStatus(filter, errors, rule, now), Cursor, errors.Limit("limit", Limit, MaxLimit, MaxLimit));
    }

    private DeviceFilter WithStatus(DeviceFilter filter, Errors errors, DeviceStatusRule rule, DateTimeOffset now)
    {
        if (Status is null)
        {
            return filter;
        }

        if (DeviceStatusTexts.Find(Status) is not { } status)
        {
            errors.Add("status", "must be online, late, offline or never");
            return filter;
        }

        return rule.RangeOf(status, now) is { } seen ? filter with { SeenFrom = seen.From, SeenBefore = seen.Before } : filter with { Seen = false };
    }
}
