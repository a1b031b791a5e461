using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Simulation;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Clients.Device.Commands;

/// <summary>The command line.</summary>
internal static class DeviceCommands
{
    /// <summary>Parses a command line, which then runs what it asks for.</summary>
    public static ParseResult Parse(string[] args) =>
        // No argument comes from a file (@file), and -ab is not -a -b.
        Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

    /// <summary>What is wrong with a command line, in one line; null when nothing is.</summary>
    public static string? Explain(ParseResult parsed, string[] args)
    {
        if (SwitchArguments.Explain((RootCommand)parsed.RootCommandResult.Command, args) is { } wrongSwitch)
        {
            return wrongSwitch;
        }

        if (parsed.Action is not ParseErrorAction && parsed.Action != parsed.CommandResult.Command.Action)
        {
            // Only the help or the version is asked for.
            return null;
        }

        // System.CommandLine takes an option that it does not know for the value of the one before: "--spool --evry".
        var misplaced = parsed.Tokens.FirstOrDefault(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal))?.Value;
        if ((misplaced ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null)) is not { } token)
        {
            return parsed.Action is ParseErrorAction ? parsed.Errors[0].Message.ReplaceLineEndings(" ") : null;
        }

        // What follows the name may be a password.
        var name = token.Split('=')[0];
        var command = parsed.CommandResult.Command;
        var known = command.Options.Concat(parsed.RootCommandResult.Command.Options).SelectMany(option => option.Aliases.Prepend(option.Name))
            .Concat(command.Subcommands.Select(c => c.Name)).Where(k => k.Length > 2);
        var kind = name.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        return $"Unknown {kind} '{name}'.{Suggestion.For(name, known)} --help lists what there is.";
    }

    private static RootCommand Create()
    {
        var file = new Option<string?>("--config") { Description = $"The settings file, in place of {DeviceConfiguration.DefaultFile}.", HelpName = "file", Recursive = true };
        var run = new Command("run", "Measures and sends, until it is stopped. The same as no command at all.");
        run.SetAction((parsed, stopping) => DeviceHost.RunAsync(parsed.GetValue(file), stopping));
        var read = new Command("read", "Reads the sensor once and prints what it says: is the wiring right?");
        read.SetAction((parsed, stopping) => SensorCheck.RunAsync(parsed.GetValue(file), stopping));
        var root = new RootCommand("TechTemp's sensor program: reads an AHT20, keeps its readings on disk, and sends them over MQTT until they are stored.")
        {
            file, run, read, Simulate(file),
        };
        root.SetAction((parsed, stopping) => DeviceHost.RunAsync(parsed.GetValue(file), stopping));
        return root;
    }

    private static Command Simulate(Option<string?> file)
    {
        var usual = new SimulationOptions();
        // The second name is what scripts of the first version say.
        var broker = new Option<string?>("--broker", "--MQTT_URL") { Description = "The broker, mqtt://user:password@host:1883; without it that of the settings (MQTT_URL).", HelpName = "url" };
        var home = new Option<string>("--home") { Description = "The devices' home.", DefaultValueFactory = _ => usual.Home };
        var devices = new Option<int>("--devices") { Description = "How many devices, one in each room.", DefaultValueFactory = _ => usual.Devices };
        var every = new Option<TimeSpan>("--every") { Description = "How often each measures.", HelpName = "5s", CustomParser = Durations.Parse, DefaultValueFactory = _ => usual.Every };
        var history = new Option<TimeSpan>("--history") { Description = "How much past each sends first.", HelpName = "7d", CustomParser = Durations.Parse };
        var historyEvery = new Option<TimeSpan>("--history-every")
        {
            Description = "How often each has measured in that past.",
            HelpName = "5m",
            CustomParser = Durations.Parse,
            DefaultValueFactory = _ => usual.HistoryEvery,
        };
        var faults = new Option<IReadOnlyCollection<SimulatedFault>>("--faults")
        {
            Description = $"What goes wrong, with commas between: {string.Join("; ", SimulatedFault.All.Select(f => $"{f.Name}: {f.Description}"))}.",
            HelpName = "name,name",
            CustomParser = ParseFaults,
        };
        var spool = new Option<string?>("--spool") { Description = "A folder that keeps the devices' readings over a restart; without it they are gone with the simulator.", HelpName = "folder" };
        var acknowledgedBy = new Option<Acknowledgement>("--acknowledged-by") { Description = "Whose word lets go of a reading: the store's (acked_seq) or the broker's (PUBACK)." };
        var command = new Command("simulate", "Devices without hardware: the same program with simulated sensors in a simulated house.")
        {
            broker, home, devices, every, history, historyEvery, faults, spool, acknowledgedBy,
        };
        command.SetAction((parsed, stopping) => SimulatorHost.RunAsync(
            parsed.GetValue(file),
            parsed.GetValue(broker),
            new()
            {
                Home = parsed.GetValue(home)!,
                Devices = parsed.GetValue(devices),
                Every = parsed.GetValue(every),
                History = parsed.GetValue(history),
                HistoryEvery = parsed.GetValue(historyEvery),
                Faults = parsed.GetValue(faults) ?? [],
                SpoolFolder = parsed.GetValue(spool),
                AcknowledgedBy = parsed.GetValue(acknowledgedBy),
            },
            stopping));
        return command;
    }

    private static IReadOnlyCollection<SimulatedFault> ParseFaults(ArgumentResult result)
    {
        var names = result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().ToList();
        foreach (var name in names.Where(n => SimulatedFault.All.All(f => f.Name != n)))
        {
            result.AddError($"--faults: there is no fault '{name}'. The names are: {string.Join(", ", SimulatedFault.All.Select(f => f.Name))}.");
        }

        return [.. SimulatedFault.All.Where(f => names.Contains(f.Name))];
    }
}
