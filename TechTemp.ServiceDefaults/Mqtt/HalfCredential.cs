namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>Finds a user name without a password, or the reverse: half of what somebody wanted to set, which a broker refuses or, worse, ignores.</summary>
internal static class HalfCredential
{
    /// <summary>Checks the credentials of a connection. <c>mqtt://token:@host</c> is a user name with an empty password.</summary>
    /// <returns>The rule, in one sentence; null when it is kept.</returns>
    public static string? Explain(string url, string? username, string? password)
    {
        var user = Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.UserInfo.Split(':', 2) : [""];
        var hasName = user[0].Length > 0 || !string.IsNullOrEmpty(username);
        var hasPassword = user.Length > 1 || !string.IsNullOrEmpty(password);
        return hasName == hasPassword ? null
            : $"Mqtt:Username (MQTT_USERNAME) and Mqtt:Password (MQTT_PASSWORD) must be given together; the {(hasName ? "password" : "user name")} is missing.";
    }
}
