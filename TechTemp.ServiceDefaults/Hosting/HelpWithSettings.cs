using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>System.CommandLine's help, with the program's most used settings below it.</summary>
internal sealed class HelpWithSettings(CommandLineAction help, IReadOnlyCollection<string> shortForms) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string> s_descriptions = new()
    {
        ["MQTT_URL"] = "The broker: mqtt://host:1883, or mqtts, ws, wss.",
        ["MQTT_USERNAME"] = "The user name at the broker.",
        ["MQTT_PASSWORD"] = "The password at the broker.",
        ["MQTT_PORT"] = "The port of the embedded MQTT broker (1883).",
        ["DB_PATH"] = "The SQLite file of the store (data/techtemp.db).",
        ["DB_URL"] = "A PostgreSQL database instead of the file: postgres://user@host:5432/database.",
        ["DB_PASSWORD"] = "The password at the database.",
        ["HTTP_PORT"] = "The HTTP port.",
        ["LOG_LEVEL"] = "trace, debug, info (default), warn, error, fatal or silent.",
        ["API_URL"] = "The address of the API (http://localhost:3000).",
    };

    /// <summary>Adds the settings to the help of a program.</summary>
    public static void AddTo(RootCommand root, IEnumerable<string> shortForms)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithSettings(option.Action!, [.. shortForms.Where(Shorthand.Names.ContainsKey)]);
    }

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        ((SynchronousCommandLineAction)help).Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Settings (NAME=value in the environment, --NAME=value on the command line):");
        var width = shortForms.Max(name => name.Length);
        foreach (var name in shortForms)
        {
            output.WriteLine($"  {name.PadRight(width)}  {s_descriptions[name]}");
        }

        output.WriteLine();
        output.WriteLine("Every setting has a long form too (Http__Port in the environment, --Http:Port=3000 on the command line): docs/configuration.md");
        return 0;
    }
}
