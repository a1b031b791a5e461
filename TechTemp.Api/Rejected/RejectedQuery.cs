using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Data.Rejections;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.Rejected;

/// <summary>Which of the refused messages.</summary>
internal sealed record RejectedQuery
{
    [FromQuery(Name = "reason")]
    [Description("Only of this reason")]
    public string? Reason { get; init; }

    [FromQuery(Name = "deviceId")]
    [Description("Only of this device")]
    public string? DeviceId { get; init; }

    [FromQuery(Name = "homeId")]
    [Description("Only of this home")]
    public string? HomeId { get; init; }

    [FromQuery(Name = "from")]
    [Description("Only those received at this time or later: ISO 8601 with any offset, or a date")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    [Description("Only those received at this time or earlier; a date means its end")]
    public string? To { get; init; }

    public RejectedFilter Parse(Errors errors)
    {
        if (Reason is not null && !RejectionReasons.All.Contains(Reason))
        {
            errors.Add("reason", $"must be one of {string.Join(", ", RejectionReasons.All)}");
        }

        return new(
            Reason, DeviceId, HomeId,
            From is null ? null : errors.Time("from", From, endOfDay: false, 0),
            To is null ? null : errors.Time("to", To, endOfDay: true, 0));
    }
}
