using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>What a host can do instead of running: <c>program verb file [settings]</c> (or what else the verb is for), with the settings it would run with.</summary>
public static class HostVerbs
{
    /// <summary>Adds a verb.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The verb, a lower-case word.</param>
    /// <param name="run">Does it to what the command line names, and returns the line that tells what was done.</param>
    /// <param name="argument">What the command line must name.</param>
    public static IServiceCollection AddVerb<TService>(
        this IServiceCollection services, string name, Func<TService, string, Task<string>> run, string argument = "file")
        where TService : notnull =>
        services.AddSingleton(new Verb(name, argument, (provider, value) => run(provider.GetRequiredService<TService>(), value)));

    /// <summary>Takes the verb with its argument off the command line; null when there is none.</summary>
    internal static (string[]? Verb, string[] Settings) Split(string[] args)
    {
        // Settings look like --name, /name or name=value.
        if (args.Length == 0 || !char.IsLetter(args[0], 0) || args[0].Contains('='))
        {
            return (null, args);
        }

        var length = args.Length > 1 && !args[1].StartsWith('-') ? 2 : 1;
        return (args[..length], args[length..]);
    }

    /// <summary>Runs a verb.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(WebApplication app, string[] verb)
    {
        var known = app.Services.GetServices<Verb>().ToList();
        var found = known.Find(v => v.Name == verb[0])
            ?? throw new StartException(known.Count == 0
                ? $"'{verb[0]}' is not known; this program has no verbs."
                : $"'{verb[0]}' is not known; there is {string.Join(" and ", known.Select(v => $"{v.Name} <{v.Argument}>"))}.");
        if (verb.Length < 2)
        {
            throw new StartException($"'{found.Name}' wants a {found.Argument}: {found.Name} <{found.Argument}>.");
        }

        Console.WriteLine(await found.Run(app.Services, verb[1]));
        return 0;
    }

    private sealed record Verb(string Name, string Argument, Func<IServiceProvider, string, Task<string>> Run);
}
