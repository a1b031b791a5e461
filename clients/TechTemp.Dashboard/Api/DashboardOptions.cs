using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Dashboard.Api;

/// <summary>What the dashboard must be told.</summary>
public sealed class DashboardOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Dashboard";

    /// <summary>Where the API is; null when it is in the same process.</summary>
    [Description("Where the dashboard reaches the API. Default: `http://localhost:3000`; in Standalone, Standalone itself. `API_URL` is the short form.")]
    public Uri? ApiUrl { get; set; }

    /// <summary>The broker's name in the example for newcomers.</summary>
    [Description("The name or address under which sensors reach the broker, in the command that an empty dashboard shows. Default: the name under which the page was opened.")]
    public string? BrokerHost { get; set; }

    /// <summary>The broker's port in the example for newcomers.</summary>
    [Range(1, 65535, ErrorMessage = "Dashboard:BrokerPort must be a port from 1 to 65535.")]
    [Description("The broker's port in that command. Standalone shows the port of its own broker.")]
    public int BrokerPort { get; set; } = 1883;

    /// <summary>The broker's account in the example for newcomers.</summary>
    [Description("The account in that command; none where the broker accepts sensors without one. Standalone shows `Mqtt:Username`.")]
    public string? BrokerUsername { get; set; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ApiUrl is not null && !(ApiUrl.IsAbsoluteUri && ApiUrl.Scheme is "http" or "https"))
        {
            yield return new("Dashboard:ApiUrl (API_URL) must be an address like http://localhost:3000.", [nameof(ApiUrl)]);
        }
    }
}
