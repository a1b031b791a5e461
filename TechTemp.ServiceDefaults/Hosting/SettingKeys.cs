using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// The settings that this program knows: the properties of the option classes that it binds to the configuration, each
/// of which names its section in a constant <c>Section</c>.
/// </summary>
internal sealed class SettingKeys(IServiceCollection services)
{
    /// <summary>
    /// Settings in sections that several programs share, which not all of these programs read: one environment may serve them all.
    /// </summary>
    internal static string[] OtherPrograms { get; } = ["Ingest:Homes", "Ingest:InHandLimit", "Ingest:MaxBatch", "Ingest:OtherHomes", "Ingest:Worker", "Mqtt:ClientId", "Mqtt:SessionExpiry", "Mqtt:SharedSubscription"];

    private readonly Lazy<ILookup<string, Type>> _sections = new(() => services
        // What OptionsBuilder.Bind and BindConfiguration add for each class.
        .Where(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>))
        .Select(service => service.ServiceType.GetGenericArguments()[0])
        .Where(type => SectionOf(type) is not null)
        .Distinct()
        .ToLookup(type => SectionOf(type)!, StringComparer.OrdinalIgnoreCase));

    /// <summary>Refuses settings that no program of ours has, and durations without a unit.</summary>
    /// <param name="configuration">All sources. A section that is not ours may contain anything: the environment is everybody's.</param>
    /// <param name="commandLine">The keys that were given on the command line, where everything is meant for this program.</param>
    /// <exception cref="StartException">There is one.</exception>
    public void Check(IConfigurationRoot configuration, IEnumerable<string> commandLine)
    {
        foreach (var key in commandLine.Where(key => !IsKnown(key) && !Shorthand.Names.ContainsKey(key) && !SettingArguments.IsOfTheFramework(key)))
        {
            throw new StartException($"Unknown setting '--{key}'.{Suggestion.For($"--{key}", Known().Select(known => $"--{known.Key}"))}");
        }

        foreach (var key in _sections.Value.SelectMany(section => Keys(configuration.GetSection(section.Key))).Where(key => !IsKnown(key)))
        {
            var (place, separator) = Place(configuration, key);
            throw new StartException($"Unknown setting '{Name(key)}'{place}.{Suggestion.For(Name(key), Known().Select(known => known.Key).Concat(OtherPrograms).Select(Name))}");

            string Name(string setting) => setting.Replace(":", separator, StringComparison.Ordinal);
        }

        foreach (var (key, type) in Known())
        {
            if (SettingValues.CheckDuration(key, type, configuration[key]) is { } mistake)
            {
                throw new StartException(mistake);
            }
        }
    }

    private IEnumerable<(string Key, Type Type)> Known() =>
        _sections.Value.SelectMany(section => section.SelectMany(type => type.GetProperties().Select(property => ($"{section.Key}:{property.Name}", property.PropertyType))));

    private bool IsKnown(string key)
    {
        var parts = key.Split(':');
        return OtherPrograms.Contains(key, StringComparer.OrdinalIgnoreCase)
            || (parts.Length > 1 && _sections.Value[parts[0]].Any(type => IsKnown(type, parts.AsSpan(1))));
    }

    private static bool IsKnown(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty || type != typeof(string) && type.IsAssignableTo(typeof(System.Collections.IEnumerable)))
        {
            return true;
        }

        return !TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string))
            && type.GetProperty(path[0], BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { } property
            && IsKnown(property.PropertyType, path[1..]);
    }

    private static IEnumerable<string> Keys(IConfigurationSection section) =>
        section.GetChildren().SelectMany(child => child.GetChildren().Any() ? Keys(child) : [child.Path]);

    // Where a setting comes from, and how the parts of its name are separated there.
    private static (string Place, string Separator) Place(IConfigurationRoot configuration, string key) => configuration.Providers.LastOrDefault(provider => provider.TryGet(key, out _)) switch
    {
        EnvironmentVariablesConfigurationProvider => (" in the environment", "__"),
        FileConfigurationProvider file => ($" in '{file.Source.Path}'", ":"),
        KeyPerFileConfigurationProvider => ($" in '{SecretFiles.Folder}'", "__"),
        _ => ("", ":"),
    };

    private static string? SectionOf(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static) is { IsLiteral: true } field ? field.GetRawConstantValue() as string : null;
}
