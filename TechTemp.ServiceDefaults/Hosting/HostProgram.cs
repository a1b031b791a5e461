using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>What the command line of a program offers beside its settings.</summary>
/// <param name="Description">What the program does, in one sentence, for <c>--help</c>.</param>
public sealed record HostProgram(string Description)
{
    /// <summary>What the program can do instead of running.</summary>
    public IReadOnlyList<HostVerb> Verbs { get; init; } = [];

    /// <summary>
    /// The short forms of its settings (<see cref="Shorthand"/>) beside those that every host has: shown by <c>--help</c>;
    /// a switch such as <c>demo</c> is an option of the programs that list it alone.
    /// </summary>
    public IReadOnlyList<string> ShortForms { get; init; } = [];

    internal IEnumerable<string> AllShortForms => ShortForms.Concat(["HTTP_PORT", "LOG_LEVEL", "lan"]);
}

/// <summary>What a host can do instead of running: <c>program verb argument --option</c>, with the settings that it would run with.</summary>
public sealed class HostVerb
{
    private HostVerb(Command command, Func<IServiceProvider, ParseResult, CancellationToken, Task<string>> run) => (Command, Run) = (command, run);

    internal Command Command { get; }

    internal Func<IServiceProvider, ParseResult, CancellationToken, Task<string>> Run { get; }

    /// <summary>A verb that a service does.</summary>
    /// <param name="command">Its name, a lower-case word, with its description, arguments and options.</param>
    /// <param name="run">Does it, and returns the line that says what was done.</param>
    /// <typeparam name="TService">The service: one of the host's, or a class that takes some of them.</typeparam>
    public static HostVerb Create<TService>(Command command, Func<TService, ParseResult, CancellationToken, Task<string>> run)
        where TService : notnull =>
        new(command, (provider, parsed, cancellationToken) => run(ActivatorUtilities.GetServiceOrCreateInstance<TService>(provider), parsed, cancellationToken));
}
