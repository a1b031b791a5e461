using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.Readings;

/// <summary>The query of the newest readings.</summary>
internal sealed class LatestQuery
{
    public const int MaxLimit = 10_000;

    [FromQuery(Name = "deviceId")]
    [Description("Only this device")]
    public string? DeviceId { get; init; }

    [FromQuery(Name = "roomId")]
    [Description("Only devices that stand in this room")]
    public string? RoomId { get; init; }

    [FromQuery(Name = "homeId")]
    [Description("Only devices of this home")]
    public string? HomeId { get; init; }

    [FromQuery(Name = "calibrated")]
    [Description("`false` for the values as they were received")]
    public string? Calibrated { get; init; }

    [FromQuery(Name = "limit")]
    [Description("How many at most (default all)")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("The `next_cursor` of the page before")]
    public string? Cursor { get; init; }

    /// <summary>The query, understood; what is wrong with it is in the errors. The limit is null where the answer is no page.</summary>
    public (bool Calibrated, int? Limit) Parse(Errors errors)
    {
        if (Cursor is not null && !Uids.IsValid(Cursor))
        {
            errors.Add("cursor", "must be the next_cursor of an answer");
        }

        int? limit = Limit is null && Cursor is null ? null : errors.Limit("limit", Limit, MaxLimit, MaxLimit);
        return (errors.Flag("calibrated", Calibrated, fallback: true), limit);
    }
}
