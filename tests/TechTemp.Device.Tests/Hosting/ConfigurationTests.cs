using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text;
using TechTemp.Clients.Device.Commands;
using TechTemp.Clients.Device.Settings;

namespace TechTemp.Clients.Device.Tests.Hosting;

/// <summary>Settings are checked at start, and listed in clients/README.md.</summary>
public sealed class ConfigurationTests
{
    private static readonly Type[] s_options = [typeof(BrokerOptions), typeof(DeviceOptions), typeof(SensorOptions), typeof(SpoolOptions)];

    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "Device__Id", "", "Device:Id must name this device" },
        { "Device__Id", "living room", "Device:Id must be 1 to 50 characters" },
        { "Device__Home", "a/b", "Device:Home must be 1 to 50 characters" },
        { "Device__Every", "00:00:00", "Device:Every must be from 00:00:01 to 1.00:00:00" },
        { "Device__Every", "often", "Device:Every must be a duration like 00:00:15 (hh:mm:ss) or 7.00:00:00 (days first), was 'often'" },
        { "Device__Every", "60", "Device:Every must be a duration, was '60': 00:01:00 is 60 seconds" },
        { "Device__Evry", "00:01:00", "Unknown setting 'Device:Evry'. Did you mean 'Device:Every'?" },
        { "LOG_LEVEL", "loud", "LOG_LEVEL (Logging:LogLevel:Default) must be trace, debug, info, warn, error, fatal or silent, was 'loud'" },
        { "MQTT_USERNAME", "living-room", "Mqtt:Password (MQTT_PASSWORD) must be given together; the password is missing" },
        { "MQTT_PASSWORD", "s3cret", "must be given together; the user name is missing" },
        { "Device__TemperatureOffset", "21", "Device:TemperatureOffset must be from -20 to 20" },
        { "Device__HumidityOffset", "-51", "Device:HumidityOffset must be from -50 to 50" },
        { "Device__AcknowledgedBy", "7", "Device:AcknowledgedBy must be Store or Broker" },
        { "Device__ResendAfter", "2.00:00:00", "Device:ResendAfter must be" },
        { "MQTT_URL", "http://localhost", "Mqtt:Url (MQTT_URL) must be like mqtt://host:1883" },
        { "Mqtt__KeepAlive", "00:00:00", "Mqtt:KeepAlive must be" },
        { "Mqtt__CaFile", "/etc/hostname", "Mqtt:CaFile needs a Mqtt:Url with the scheme mqtts" },
        { "Sensor__Bus", "-1", "Sensor:Bus must be the number of an I2C bus" },
        { "Sensor__Address", "0", "Sensor:Address must be an I2C address" },
        { "Spool__MaxReadings", "0", "Spool:MaxReadings must be from 1" },
        { "Spool__Folder", "/dev/null/spool", "Spool:Folder must be a folder of this device alone" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_named_in_one_line_with_its_rule(string setting, string value, string message)
    {
        await using var device = DeviceProcess.Start(["run"], ("Device__Id", "s1"), ("Spool__Folder", "/nonexistent"), (setting, value));

        Assert.Equal(1, await device.ExitAsync());
        var line = Assert.Single(device.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("TechTemp.Device cannot go on: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "was not found")]
    [InlineData("{ \"Device\": { \"Id\": \"s1\" ", "Failed to load configuration from file")]
    [InlineData("{ \"Device\": { \"Id\": \"s 1\" } }", "Device:Id must be")]
    public async Task A_file_that_is_not_right_is_named(string? text, string message)
    {
        using var folder = new TempFolder();
        var file = folder.File("device.json");
        if (text is not null)
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        }

        await using var device = DeviceProcess.Start(["--config", file]);

        Assert.Equal(1, await device.ExitAsync());
        Assert.Contains(message, Assert.Single(device.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_environment_comes_before_the_file_and_a_long_form_before_a_short_one()
    {
        using var folder = new TempFolder();
        var file = folder.File("device.json");
        File.WriteAllText(file, """{ "Device": { "Id": "from-file", "Every": "00:00:30" }, "Mqtt": { "Url": "mqtt://file" } }""");
        using var id = new Variable("Device__Id", "from-environment");
        using var url = new Variable("MQTT_URL", "mqtt://short");
        using var user = new Variable("MQTT_USERNAME", "short");
        using var password = new Variable("MQTT_PASSWORD", "secret");

        var configuration = DeviceConfiguration.Read(file);

        var device = configuration.Get<DeviceOptions>(DeviceOptions.Section);
        Assert.Equal(("from-environment", TimeSpan.FromSeconds(30)), (device.Id, device.Every));
        var broker = configuration.Get<BrokerOptions>(BrokerOptions.Section);
        Assert.Equal(("mqtt://file", "short"), (broker.Url, broker.Username));
    }

    [Fact]
    public async Task A_device_without_a_sensor_says_what_is_missing_and_goes_on()
    {
        using var folder = new TempFolder();
        await using var device = DeviceProcess.Start(
            ["run"],
            ("LOG_LEVEL", "info"), ("Device__Id", "s1"), ("Device__Every", "00:00:01"), ("Sensor__Bus", "250"), ("Spool__Folder", folder.File("spool")), ("MQTT_URL", "mqtt://127.0.0.1:9"));

        await Eventually.TrueAsync(() => device.Output.Contains("/dev/i2c-250", StringComparison.Ordinal), "the missing bus is named");
        await Eventually.TrueAsync(() => device.Output.Contains("cannot connect to mqtt://127.0.0.1:9", StringComparison.Ordinal), "the missing broker is named");

        Assert.False(device.HasExited);
        device.Terminate();
        Assert.Equal(0, await device.ExitAsync());
    }

    [Fact]
    public async Task Read_says_whether_the_wiring_is_right()
    {
        await using var device = DeviceProcess.Start(["read"], ("Sensor__Bus", "250"));

        Assert.Equal(1, await device.ExitAsync());
        Assert.StartsWith("No reading: ", device.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--every", "5", "'5' is no duration")]
    [InlineData("--every", "1ms", "--every must be from 10ms to 1d")]
    [InlineData("--devices", "0", "--devices must be from 1 to 10000")]
    [InlineData("--faults", "silence,fire", "there is no fault 'fire'")]
    [InlineData("--home", "a b", "--home must be 1 to 50 characters")]
    [InlineData("--broker", "localhost", "Mqtt:Url (MQTT_URL) must be like")]
    public async Task A_mistake_on_the_simulators_command_line_is_named(string option, string value, string message)
    {
        await using var device = DeviceProcess.Start(["simulate", option, value]);

        Assert.Equal(1, await device.ExitAsync());
        Assert.Contains(message, device.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5s", 5)]
    [InlineData("250ms", 0.25)]
    [InlineData("1.5h", 5400)]
    [InlineData("7d", 604_800)]
    [InlineData("00:00:05", 5)]
    public void Durations_are_what_people_type(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("s")]
    [InlineData("1e99d")]
    [InlineData("-00:00:05")]
    public void Other_texts_are_no_durations(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void The_document_lists_every_option()
    {
        var table = new StringBuilder("| option | default | what |\n| --- | --- | --- |\n");
        foreach (var type in s_options)
        {
            var section = (string)type.GetField("Section")!.GetRawConstantValue()!;
            foreach (var property in type.GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal))
            {
                var description = property.GetCustomAttribute<DescriptionAttribute>()!.Description;
                var value = property.GetValue(Activator.CreateInstance(type));
                var text = value is null ? "–" : $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`";
                table.Append(CultureInfo.InvariantCulture, $"| `{section}:{property.Name}` | {text} | {description} |\n");
            }
        }

        Snapshot.MatchSection(Repository.File("clients", "README.md"), "device-options", table.ToString());
    }

    [Fact]
    public void The_document_lists_every_fault()
    {
        var table = new StringBuilder("| fault | what the device does |\n| --- | --- |\n");
        foreach (var fault in Device.Simulation.SimulatedFault.All)
        {
            table.Append(CultureInfo.InvariantCulture, $"| `{fault.Name}` | {fault.Description} |\n");
        }

        Snapshot.MatchSection(Repository.File("clients", "README.md"), "device-faults", table.ToString());
    }

    private sealed class Variable : IDisposable
    {
        private readonly string _name;

        public Variable(string name, string value)
        {
            _name = name;
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, null);
    }
}
