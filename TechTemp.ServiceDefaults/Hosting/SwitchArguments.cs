using System.CommandLine;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// Switches: options that are there or not. System.CommandLine takes a value that is neither true nor false for an argument of its own, and
/// then reports that as unknown.
/// </summary>
internal static class SwitchArguments
{
    private static readonly char[] s_delimiters = ['=', ':'];

    /// <summary>What is wrong with a switch of a command line, in one line; null when nothing is.</summary>
    /// <param name="root">The command.</param>
    /// <param name="args">The arguments.</param>
    public static string? Explain(RootCommand root, IEnumerable<string> args)
    {
        var options = Options(root).SelectMany(option => option.Aliases.Prepend(option.Name).Select(name => (Name: name, Option: option))).ToLookup(o => o.Name, o => o.Option, StringComparer.Ordinal);
        foreach (var arg in args.TakeWhile(arg => arg != "--"))
        {
            if (arg.IndexOfAny(s_delimiters) is > 0 and var end && options[arg[..end]].FirstOrDefault() is { } option)
            {
                var (name, value) = (arg[..end], arg[(end + 1)..]);
                if (option.Arity.MaximumNumberOfValues == 0)
                {
                    return $"'{name}' takes no value, was '{value}'.";
                }

                if (option is Option<bool> && !bool.TryParse(value, out _))
                {
                    return $"'{name}' is a switch: write {name}, {name}=true or {name}=false, was '{value}'.";
                }
            }
        }

        return null;
    }

    private static IEnumerable<Option> Options(Command command) => command.Options.Concat(command.Subcommands.SelectMany(Options));
}
