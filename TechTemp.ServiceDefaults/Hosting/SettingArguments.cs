using System.Diagnostics.CodeAnalysis;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// Separates the settings of a command line from the rest of it. System.CommandLine would take the colon of <c>--Mqtt:Url=x</c>
/// for the end of the option's name.
/// </summary>
internal static class SettingArguments
{
    // What ASP.NET Core reads by names without a section.
    private static readonly string[] s_frameworkNames =
    [
        "urls", "http_ports", "https_ports", "environment", "applicationName", "contentRoot", "webRoot", "detailedErrors", "shutdownTimeoutSeconds", "AllowedHosts",
    ];

    /// <summary>Sections that belong to .NET: their keys are not ours to check.</summary>
    private static readonly string[] s_frameworkSections = ["Logging", "Kestrel", "ConnectionStrings", "Services", "HostOptions"];

    /// <summary>The names that a setting can have on the command line without a section.</summary>
    public static IEnumerable<string> Names => Shorthand.Names.Keys.Concat(s_frameworkNames);

    /// <summary>Whether a key such as <c>Logging:LogLevel:Default</c> or <c>urls</c> is .NET's.</summary>
    public static bool IsOfTheFramework(string key) =>
        s_frameworkNames.Contains(key, StringComparer.OrdinalIgnoreCase)
        || key.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)
        || s_frameworkSections.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the settings out.</summary>
    /// <returns>The settings, each as <c>--name=value</c>, and the rest as it is.</returns>
    /// <exception cref="StartException">A setting has no value.</exception>
    public static (List<string> Settings, List<string> Others) Split(IReadOnlyList<string> args)
    {
        List<string> settings = [], rest = [];
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--")
            {
                rest.AddRange(args.Skip(i));
                break;
            }

            if (!TryParse(args[i], out var name, out var value))
            {
                rest.Add(args[i]);
                continue;
            }

            if (value is null)
            {
                value = i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)
                    ? args[++i]
                    : throw new StartException($"The setting '--{name}' has no value. Write --{name}=value.");
            }

            settings.Add($"--{name}={value}");
        }

        return (settings, rest);
    }

    /// <summary>The key of a setting that <see cref="Split"/> has returned.</summary>
    public static string KeyOf(string setting) => setting[2..setting.IndexOf('=', StringComparison.Ordinal)];

    private static bool TryParse(string arg, [NotNullWhen(true)] out string? name, out string? value)
    {
        (name, value) = (null, null);
        if (!arg.StartsWith("--", StringComparison.Ordinal))
        {
            return false;
        }

        var end = arg.IndexOf('=', StringComparison.Ordinal);
        var text = end < 0 ? arg[2..] : arg[2..end];
        if (!text.Contains(':', StringComparison.Ordinal) && !IsOfTheFramework(text) && !Shorthand.Names.Keys.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        (name, value) = (text, end < 0 ? null : arg[(end + 1)..]);
        return true;
    }
}
