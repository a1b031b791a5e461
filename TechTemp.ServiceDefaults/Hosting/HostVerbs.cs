using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>What a host can do instead of running: <c>program verb file [settings]</c>, with the settings it would run with.</summary>
public static class HostVerbs
{
    /// <summary>Adds a verb.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The verb, a lower-case word.</param>
    /// <param name="run">Does it to a file, and returns the line that tells what was done.</param>
    public static IServiceCollection AddVerb<TService>(this IServiceCollection services, string name, Func<TService, string, string> run)
        where TService : notnull =>
        services.AddSingleton(new Verb(name, (provider, file) => run(provider.GetRequiredService<TService>(), file)));

    /// <summary>Takes the verb with its file off the command line; null when there is none.</summary>
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
    internal static int Run(WebApplication app, string[] verb)
    {
        var known = app.Services.GetServices<Verb>().ToList();
        var found = known.Find(v => v.Name == verb[0])
            ?? throw new StartException(known.Count == 0
                ? $"'{verb[0]}' is not known; this program has no verbs."
                : $"'{verb[0]}' is not known; there is {string.Join(" and ", known.Select(v => $"{v.Name} <file>"))}.");
        if (verb.Length < 2)
        {
            throw new StartException($"'{found.Name}' wants a file: {found.Name} <file>.");
        }

        Console.WriteLine(found.Run(app.Services, verb[1]));
        return 0;
    }

    private sealed record Verb(string Name, Func<IServiceProvider, string, string> Run);
}
