using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Data.Store;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Rules.Tests.Hosting;

public sealed class SettingKeysTests
{
    [Theory]
    [InlineData("Store:Path")]
    [InlineData("store:busytimeout")]
    [InlineData("Http:Lan")]
    [InlineData("Ingest:UnknownDevices")]
    [InlineData("Ingest:MaxBatch")]
    [InlineData("Elsewhere:Anything")]
    [InlineData("Store")]
    public void A_setting_of_ours_and_everything_in_a_section_that_is_not_ours_is_accepted(string key) => Check((key, "1"));

    [Theory]
    [InlineData("Store:Pth", "Did you mean 'Store:Path'?")]
    [InlineData("Store:BusyTimeout:Seconds", "Unknown setting 'Store:BusyTimeout:Seconds'")]
    [InlineData("Ingest:UnknownDevice", "Did you mean 'Ingest:UnknownDevices'?")]
    [InlineData("Http:Whatever", "Unknown setting 'Http:Whatever'.")]
    public void An_unknown_setting_in_a_section_of_ours_is_named_with_the_closest_one(string key, string message)
    {
        var exception = Assert.Throws<StartException>(() => Check((key, "1")));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Broker:Port")]
    [InlineData("Elsewhere:Anything")]
    public void On_the_command_line_a_section_that_the_program_does_not_read_is_refused(string key) => Assert.Throws<StartException>(() => Check([], key));

    [Theory]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections")]
    [InlineData("ConnectionStrings:techtemp")]
    [InlineData("urls")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("DB_PATH")]
    public void On_the_command_line_the_frameworks_settings_and_short_forms_are_accepted(string key) => Check([], key);

    [Fact]
    public void Options_that_ingest_alone_reads_in_shared_sections_are_known_to_every_program()
    {
        var options = new[] { "TechTemp.Data", "TechTemp.ServiceDefaults", "TechTemp.Ingest", "TechTemp.Api", "TechTemp.Standalone" }
            .SelectMany(assembly => Assembly.Load(assembly).GetTypes())
            .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string))
            .Where(option => option.Section is not null)
            .ToList();
        var shared = options
            .Where(option => option.Type.Assembly.GetName().Name == "TechTemp.Ingest" && options.Exists(other => other.Section == option.Section && other.Type.Assembly != option.Type.Assembly))
            .SelectMany(option => option.Type.GetProperties().Select(property => $"{option.Section}:{property.Name}"));

        Assert.Equal(shared.Order(StringComparer.Ordinal), SettingKeys.OtherPrograms.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--halp", "--help", 1)]
    [InlineData("bakcup", "backup", 1)]
    [InlineData("MAXBATCH", "MaxBatch", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("restore", "backup", 7)]
    public void The_distance_of_two_names_is_the_number_of_typing_mistakes(string from, string to, int distance)
    {
        Assert.Equal(distance, Suggestion.Distance(from, to));
        Assert.Equal(distance, Suggestion.Distance(to, from));
    }

    private static void Check((string Key, string Value) setting) => Check([KeyValuePair.Create(setting.Key, (string?)setting.Value)]);

    private static void Check(IEnumerable<KeyValuePair<string, string?>> settings, params string[] commandLine)
    {
        var builder = WebApplication.CreateBuilder().AddServiceDefaults(defaultPort: 3000);
        builder.AddStore();
        using var provider = builder.Services.BuildServiceProvider();
        provider.GetRequiredService<SettingKeys>().Check(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), commandLine);
    }
}
