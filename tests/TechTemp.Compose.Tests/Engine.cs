namespace TechTemp.Compose.Tests;

/// <summary>The container engine of this machine, with docker compose in either of its forms.</summary>
internal sealed class Engine
{
    private readonly Dictionary<string, string> _environment = new();
    private readonly string _compose;
    private readonly string[] _composeArguments;

    private Engine(string compose, params string[] composeArguments) => (_compose, _composeArguments) = (compose, composeArguments);

    /// <summary>Finds the engine, or skips the test.</summary>
    public static async Task<Engine> FindAsync()
    {
        // The version of Python calls the client for its builds; Debian's fits it. It takes the limits only in this mode.
        var plugin = new Engine("docker", "compose");
        var python = new Engine("docker-compose", "--compatibility");
        python._environment["PATH"] = "/usr/bin:" + Environment.GetEnvironmentVariable("PATH");
        python._environment["COMPOSE_DOCKER_CLI_BUILD"] = python._environment["DOCKER_BUILDKIT"] = "1";
        foreach (var engine in new[] { plugin, python })
        {
            if (await engine.WorksAsync())
            {
                return engine;
            }
        }

        Machine.Require(false, "a container engine with docker compose (.ci/engine makes one on Debian)");
        throw new InvalidOperationException();
    }

    public Task<Outcome> DockerAsync(params string[] arguments) => Machine.RunAsync("/usr/bin/env", ["docker", .. arguments], environment: _environment);

    public Task<Outcome> ComposeAsync(string folder, params string[] arguments) =>
        Machine.RunAsync("/usr/bin/env", [_compose, .. _composeArguments, .. arguments], environment: _environment, folder: folder);

    /// <summary>Runs a program of ours beside the compose file.</summary>
    public async Task<string> RunAsync(string folder, string program, params string[] arguments) =>
        (await Machine.RunAsync(Path.Combine(folder, program), arguments, environment: _environment, folder: folder)).Succeeded().Output.Trim();

    private async Task<bool> WorksAsync() =>
        (await DockerAsync("info")).ExitCode == 0 && (await ComposeAsync(Repository.Root, "version")).ExitCode == 0;
}
