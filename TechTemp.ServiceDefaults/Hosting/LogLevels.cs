using Microsoft.Extensions.Configuration;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>The names of log levels: those of Node.js loggers (<c>info</c>, <c>warn</c>) and those of .NET.</summary>
internal static class LogLevels
{
    private const string Section = "Logging";

    /// <summary>Gives each log level of the configuration its name in .NET, whichever source it comes from.</summary>
    /// <returns>What is wrong with the first one that is none, in one sentence; null when nothing is.</returns>
    public static string? Normalize(IConfiguration configuration)
    {
        // Logging:LogLevel:Default, Logging:Console:LogLevel:TechTemp.Ingest
        foreach (var (key, value) in configuration.GetSection(Section).AsEnumerable().Where(pair => pair.Key.Split(':') is [.., "LogLevel", _] && !string.IsNullOrEmpty(pair.Value)).ToList())
        {
            if (Parse(value!) is not { } level)
            {
                return $"{(key == "Logging:LogLevel:Default" ? "LOG_LEVEL (Logging:LogLevel:Default)" : key)} must be trace, debug, info, warn, error, fatal or silent, was '{value}'.";
            }

            configuration[key] = level;
        }

        return null;
    }

    /// <summary>Whether the configuration may have requests logged, or their scopes.</summary>
    public static bool ShowRequests(IConfiguration configuration) => configuration.GetSection(Section).AsEnumerable().Any(pair =>
        pair.Key.EndsWith(":IncludeScopes", StringComparison.OrdinalIgnoreCase)
        || (pair.Key.Split(':') is [.., "LogLevel", var category] && category.StartsWith("Microsoft.AspNetCore", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Parses a log level.</summary>
    /// <returns>Its name in .NET; null when it is none.</returns>
    public static string? Parse(string text) => text.Trim().ToUpperInvariant() switch
    {
        "TRACE" or "SILLY" or "VERBOSE" => "Trace",
        "DEBUG" => "Debug",
        "INFORMATION" or "INFO" or "HTTP" => "Information",
        "WARNING" or "WARN" => "Warning",
        "ERROR" => "Error",
        "CRITICAL" or "FATAL" => "Critical",
        "NONE" or "SILENT" => "None",
        _ => null,
    };
}
