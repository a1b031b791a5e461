namespace TechTemp.Compose.Tests;

/// <summary>The command line of infrastructure/compose/credentials, with an engine that only notes that it was called.</summary>
public sealed class CredentialsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Called => _folder.File("called");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_help_makes_no_account()
    {
        var outcome = await RunAsync("--help");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("./credentials NAME", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("set -eu", outcome.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Called));
    }

    [Theory]
    [InlineData("--hlep")]
    [InlineData("-x")]
    [InlineData("--remove")]
    [InlineData("living-room", "kitchen")]
    [InlineData("--remove", "living-room", "kitchen")]
    public async Task A_mistake_is_one_line_and_makes_no_account(params string[] arguments)
    {
        var outcome = await RunAsync(arguments);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("--help", Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.False(File.Exists(Called));
    }

    [Fact]
    public async Task A_name_is_given_to_the_engine()
    {
        Assert.Equal(0, (await RunAsync("living-room")).ExitCode);
        Assert.Contains("living-room", await File.ReadAllTextAsync(Called, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task<Outcome> RunAsync(params string[] arguments)
    {
        var script = _folder.File("credentials");
        File.Copy(Repository.File("infrastructure", "compose", "credentials"), script, overwrite: true);
        File.Copy(Repository.File("infrastructure", "compose", "docker-compose.yaml"), _folder.File("docker-compose.yaml"), overwrite: true);
        await File.WriteAllTextAsync(_folder.File("docker"), $"#!/bin/sh\ncat >/dev/null\necho \"$@\" >'{Called}'\n", TestContext.Current.CancellationToken);
        (await Machine.RunAsync("/bin/chmod", ["+x", _folder.File("docker")])).Succeeded();
        var environment = new Dictionary<string, string> { ["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}" };
        return await Machine.RunAsync("/bin/sh", [script, .. arguments], environment: environment);
    }
}
