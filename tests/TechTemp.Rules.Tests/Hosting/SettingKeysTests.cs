using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Data;
using TechTemp.Data.Sqlite;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Rules.Tests.Hosting;

public sealed class SettingKeysTests
{
    [Theory]
    [InlineData("Store:Path")]
    [InlineData("store:path")]
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

    [Theory]
    [InlineData("Store:BusyTimeout", "15", "00:00:15 is 15 seconds (hh:mm:ss), 15.00:00:00 is 15 days")]
    [InlineData("Retention:Readings", "365", "00:06:05 is 365 seconds")]
    public void A_duration_without_a_unit_is_refused(string key, string value, string message)
    {
        var exception = Assert.Throws<StartException>(() => Check((key, value)));
        Assert.StartsWith($"{key} must be a duration", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store:BusyTimeout", "0")]
    [InlineData("Store:BusyTimeout", "00:00:15")]
    [InlineData("Retention:Readings", "")]
    [InlineData("Retention:RejectedRows", "15")]
    public void Other_values_are_for_their_own_rules(string key, string value) => Check((key, value));

    [Theory]
    [InlineData(nameof(Sample.Number), "http", "Sample:Number must be a whole number like 3000, was 'http'.")]
    [InlineData(nameof(Sample.Duration), "soon", "Sample:Duration must be a duration like 00:00:15 (hh:mm:ss) or 7.00:00:00 (days first), was 'soon'.")]
    [InlineData(nameof(Sample.Flag), "maybe", "Sample:Flag must be true or false, was 'maybe'.")]
    [InlineData(nameof(Sample.Choice), "Drop", "Sample:Choice must be one of Register, Hold, was 'Drop'.")]
    [InlineData(nameof(Sample.Optional), "1,5", "Sample:Optional must be a whole number like 3000, was '1,5'.")]
    public void A_value_of_another_kind_is_explained_without_the_names_of_types(string property, string value, string message)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create($"Sample:{property}", (string?)value)]).Build();
        Assert.Equal(message, SettingValues.Explain(Assert.Throws<InvalidOperationException>(() => configuration.GetSection("Sample").Get<Sample>())));
    }

    [Fact]
    public void Options_that_ingest_alone_reads_in_shared_sections_are_known_to_every_program()
    {
        var options = new[] { "TechTemp.Data", "TechTemp.Data.Sqlite", "TechTemp.ServiceDefaults", "TechTemp.Ingest", "TechTemp.Api", "TechTemp.Standalone" }
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

    private sealed class Sample
    {
        public int Number { get; set; }

        public int? Optional { get; set; }

        public TimeSpan Duration { get; set; }

        public bool Flag { get; set; }

        public TechTemp.Data.Readings.UnknownDevices Choice { get; set; }
    }

    private static void Check((string Key, string Value) setting) => Check([KeyValuePair.Create(setting.Key, (string?)setting.Value)]);

    private static void Check(IEnumerable<KeyValuePair<string, string?>> settings, params string[] commandLine)
    {
        var builder = WebApplication.CreateBuilder().AddServiceDefaults(defaultPort: 3000);
        builder.AddStore(new SqliteProvider());
        using var provider = builder.Services.BuildServiceProvider();
        provider.GetRequiredService<SettingKeys>().Check(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), commandLine);
    }
}
