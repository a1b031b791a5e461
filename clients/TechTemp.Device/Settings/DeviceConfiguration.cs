using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Clients.Device.Settings;

/// <summary>
/// Where the settings come from, each source before the ones above it: <c>appsettings.json</c> beside the program,
/// <c>/etc/techtemp/device.json</c>, the environment (<c>Device__Id</c>). The short forms (<c>MQTT_URL</c>) hold where no longer one is given.
/// </summary>
internal static class DeviceConfiguration
{
    /// <summary>Where the settings are looked for when no other file is named.</summary>
    public const string DefaultFile = "/etc/techtemp/device.json";

    // Where systemd puts what LoadCredential names: a file that only the service may read (systemd.exec(5)).
    private const string CredentialsFolder = "CREDENTIALS_DIRECTORY";

    private static readonly (string Section, Type Type)[] s_options =
    [
        (DeviceOptions.Section, typeof(DeviceOptions)),
        (BrokerOptions.Section, typeof(BrokerOptions)),
        (SensorOptions.Section, typeof(SensorOptions)),
        (SpoolOptions.Section, typeof(SpoolOptions)),
    ];

    private static readonly Dictionary<string, string> s_shortForms = new()
    {
        ["MQTT_URL"] = "Mqtt:Url",
        ["MQTT_USERNAME"] = "Mqtt:Username",
        ["MQTT_PASSWORD"] = "Mqtt:Password",
        ["LOG_LEVEL"] = "Logging:LogLevel:Default",
    };

    /// <summary>Reads all sources.</summary>
    /// <param name="file">The settings file, which must be there; null for <see cref="DefaultFile"/>, which need not.</param>
    public static IConfigurationRoot Read(string? file)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.GetFullPath(file ?? Credential() ?? DefaultFile), optional: file is null)
            .AddEnvironmentVariables();
        var given = configuration.Build();
        var shortForms = s_shortForms.Select(s => KeyValuePair.Create(s.Value, given[s.Key])).Where(s => !string.IsNullOrEmpty(s.Value));
        // First, so that every other source comes before it.
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = shortForms.ToList() });
        var all = configuration.Build();
        RequireKnown(all);
        return LogLevels.Normalize(all) is { } mistake ? throw new InvalidDataException(mistake) : all;
    }

    // Other sections may contain anything: the environment is everybody's.
    private static void RequireKnown(IConfigurationRoot configuration)
    {
        var known = s_options.ToDictionary(o => o.Section, o => o.Type.GetProperties().Select(p => $"{o.Section}:{p.Name}").ToList());
        foreach (var (section, keys) in known)
        {
            if (configuration.GetSection(section).GetChildren().FirstOrDefault(child => !keys.Contains(child.Path, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            {
                throw new InvalidDataException($"Unknown setting '{unknown.Path}'.{Suggestion.For(unknown.Path, known.Values.SelectMany(k => k))}");
            }
        }

        foreach (var (key, type) in s_options.SelectMany(o => o.Type.GetProperties().Select(p => ($"{o.Section}:{p.Name}", p.PropertyType))))
        {
            if (SettingValues.CheckDuration(key, type, configuration[key]) is { } mistake)
            {
                throw new InvalidDataException(mistake);
            }
        }
    }

    /// <summary>Binds a section and checks it.</summary>
    /// <exception cref="OptionsValidationException">A value breaks its rule; each failure names field and rule.</exception>
    public static T Get<T>(this IConfiguration configuration, string section)
        where T : class, new()
    {
        var options = configuration.GetSection(section).Get<T>() ?? new();
        Check(options);
        return options;
    }

    /// <summary>Checks options.</summary>
    /// <exception cref="OptionsValidationException">A value breaks its rule; each failure names field and rule.</exception>
    public static void Check<T>(T options)
        where T : class
    {
        var failures = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new(options), failures, validateAllProperties: true))
        {
            throw new OptionsValidationException(typeof(T).Name, typeof(T), failures.Select(f => f.ErrorMessage!));
        }
    }

    /// <summary>What is wrong, in one line, where the exception is about the settings; else null.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        FileNotFoundException => exception.Message,
        InvalidDataException { InnerException: FormatException { InnerException: JsonException json } } => $"{exception.Message} {json.Message}",
        InvalidDataException or UnauthorizedAccessException => exception.GetBaseException().Message,
        _ => SettingValues.Explain(exception),
    };

    private static string? Credential() =>
        Environment.GetEnvironmentVariable(CredentialsFolder) is { Length: > 0 } folder && Path.Combine(folder, "device.json") is var file && File.Exists(file) ? file : null;
}
