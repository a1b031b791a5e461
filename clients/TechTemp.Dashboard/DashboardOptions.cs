using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Dashboard;

/// <summary>What the dashboard must be told.</summary>
public sealed class DashboardOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Dashboard";

    /// <summary>Where the API is; null when it is in the same process.</summary>
    [Description("Where the dashboard reaches the API. Default: `http://localhost:3000`; in Standalone, Standalone itself. `API_URL` is the short form.")]
    public Uri? ApiUrl { get; set; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ApiUrl is not null && !(ApiUrl.IsAbsoluteUri && ApiUrl.Scheme is "http" or "https"))
        {
            yield return new("Dashboard:ApiUrl (API_URL) must be an address like http://localhost:3000.", [nameof(ApiUrl)]);
        }
    }
}
