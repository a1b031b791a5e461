using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>A host's command line, parsed before anything is opened or connected.</summary>
internal sealed class HostCommandLine
{
    // No argument comes from a file (@file), and -ab is not -a -b.
    private static readonly ParserConfiguration s_configuration = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private readonly ParseResult _parsed;

    /// <summary>Parses it.</summary>
    /// <exception cref="StartException">There is something that this program does not know.</exception>
    public HostCommandLine(HostProgram program, string[] args)
    {
        var (settings, rest) = SettingArguments.Split(args);
        var healthCheck = new Option<bool>("--healthcheck") { Description = "Asks the program that runs with the same settings for its health; exit code 0 or 1." };
        var switches = program.AllShortForms.Where(Shorthand.Switches.ContainsKey).ToDictionary(
            name => new Option<bool>($"--{name}") { Description = Shorthand.Switches[name].Description }, name => Shorthand.Switches[name].Key);
        var root = new RootCommand(program.Description) { healthCheck };
        foreach (var option in switches.Keys)
        {
            root.Options.Add(option);
        }

        root.SetAction(_ => { });
        foreach (var verb in program.Verbs)
        {
            verb.Command.SetAction(_ => { });
            root.Subcommands.Add(verb.Command);
        }

        HelpWithSettings.AddTo(root, program.AllShortForms);
        if (SwitchArguments.Explain(root, rest) is { } wrongSwitch)
        {
            throw new StartException(wrongSwitch);
        }

        _parsed = root.Parse(rest, s_configuration);
        if (_parsed.Action is ParseErrorAction || (_parsed.Action == _parsed.CommandResult.Command.Action && Misplaced(_parsed) is not null))
        {
            throw new StartException(Explain(_parsed, root));
        }

        Verb = program.Verbs.FirstOrDefault(verb => verb.Command == _parsed.CommandResult.Command);
        IsHealthCheck = _parsed.GetValue(healthCheck);
        Settings = [.. settings, .. switches.Where(s => _parsed.GetResult(s.Key) is not null).Select(s => $"--{s.Value}={_parsed.GetValue(s.Key)}")];
    }

    /// <summary>What the program is asked to do instead of running; null to run.</summary>
    public HostVerb? Verb { get; }

    /// <summary>Whether it is asked for the health of the running program.</summary>
    public bool IsHealthCheck { get; }

    /// <summary>The settings, each as <c>--Section:Key=value</c>, for the configuration.</summary>
    public IReadOnlyList<string> Settings { get; }

    /// <summary>Prints the help or the version where that was asked for.</summary>
    /// <returns>Whether it was.</returns>
    public bool TryShowInformation()
    {
        if (_parsed.Action == _parsed.CommandResult.Command.Action)
        {
            return false;
        }

        _parsed.Invoke();
        return true;
    }

    /// <summary>Does what the verb is for.</summary>
    /// <returns>The line that says what was done.</returns>
    public Task<string> RunVerbAsync(IServiceProvider services) => Verb!.Run(services, _parsed, CancellationToken.None);

    // System.CommandLine takes an option that it does not know for an argument: "backup --foce" would make a file of that name.
    private static string? Misplaced(ParseResult parsed) =>
        parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith('-'))?.Value;

    private static string Explain(ParseResult parsed, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        if ((Misplaced(parsed) ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null)) is { } token)
        {
            // What follows the name may be a password.
            var name = token.Split('=')[0];
            return IsOption(token) || command != root || root.Subcommands.Count == 0
                ? $"{(IsOption(token) ? "Unknown option" : "Unexpected argument")} '{name}'.{Suggest(name, command, root)}"
                : $"Unknown verb '{name}'.{Suggest(name, command, root)} The verbs are: {string.Join(", ", root.Subcommands.Select(Usage))}.";
        }

        return command != root && command.Arguments.Any(a => parsed.GetResult(a) is null or { Tokens.Count: 0 })
            ? $"'{command.Name}' needs an argument: {Usage(command)}."
            : parsed.Errors[0].Message.ReplaceLineEndings(" ");
    }

    private static bool IsOption(string token) => token.StartsWith('-') || token.StartsWith('/');

    private static string Suggest(string name, Command command, RootCommand root)
    {
        var bare = name.TrimStart('-', '/');
        // Written the other ways that ASP.NET Core has: Mqtt:Url=x, /Mqtt:Url x.
        if (bare.Contains(':', StringComparison.Ordinal) || SettingArguments.Names.Contains(bare))
        {
            return $" Did you mean '--{bare}=…'?";
        }

        var known = command.Options.Concat(root.Options).SelectMany(option => option.Aliases.Prepend(option.Name))
            .Concat(SettingArguments.Names.Select(setting => "--" + setting))
            .Concat(command == root ? root.Subcommands.Select(verb => verb.Name) : []);
        return Suggestion.For(name, known.Where(k => k.Length > 2)) is { Length: > 0 } suggestion ? suggestion : " --help lists what there is.";
    }

    private static string Usage(Command command) =>
        string.Join(' ', command.Arguments.Select(argument => $"<{argument.HelpName ?? argument.Name}>").Prepend(command.Name));
}
