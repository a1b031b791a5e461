using System.Diagnostics;

namespace TechTemp.Integration.Tests.Hosts;

/// <summary>dotnet test says once which programs this machine lacks: what is skipped for it, and how to install it.</summary>
public sealed class MissingProgramsTests : IDisposable
{
    private const string Line = "Skipped are the tests that need";

    private readonly TempFolder _path = new();

    public MissingProgramsTests()
    {
        File.CreateSymbolicLink(_path.File("dotnet"), Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists));
        File.CreateSymbolicLink(_path.File("sh"), "/bin/sh");
        // Debian's sbin is looked at as well, where Mosquitto may be.
        Add("mosquitto");
    }

    public void Dispose() => _path.Dispose();

    [Fact]
    public async Task Each_missing_program_is_printed_once_with_its_reason_and_how_to_install_it()
    {
        Add("docker");

        Assert.Equal(
            [
                $"{Line} mosquitto_pub, which is not installed: apt-get install mosquitto-clients",
                $"{Line} chromium, which is not installed: apt-get install chromium",
                $"{Line} psql, which is not installed: apt-get install postgresql",
                $"{Line} kubectl, which is not installed: https://kubernetes.io/docs/tasks/tools",
            ],
            await SaidAsync("test", Project("TechTemp.Integration.Tests"), "--no-build", "-c", Repository.Configuration, "--filter", "FullyQualifiedName=Nobody"));
    }

    [Fact]
    public async Task Nothing_is_printed_where_nothing_is_missing_and_by_no_other_project()
    {
        Assert.Empty(await SaidAsync("msbuild", Project("TechTemp.Rules.Tests"), "-t:SayWhatIsMissing", "-v:minimal"));
        Add("docker");
        Add("chromium");
        Add("mosquitto_pub");
        Add("psql");
        Add("kubectl");
        Assert.Empty(await SaidAsync("msbuild", Project("TechTemp.Integration.Tests"), "-t:SayWhatIsMissing", "-v:minimal"));
    }

    private static string Project(string name) => Repository.File("tests", name, $"{name}.csproj");

    private void Add(string program)
    {
        File.WriteAllText(_path.File(program), "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_path.File(program), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private async Task<IEnumerable<string>> SaidAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_path.File("dotnet"), arguments);
        start.Environment["PATH"] = _path.Path;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        await using var dotnet = new ChildProcess(start);
        Assert.True(await dotnet.ExitAsync(TimeSpan.FromMinutes(2)) == 0, dotnet.Describe());
        return dotnet.Output.Split('\n').Select(line => line.Trim()).Where(line => line.Contains(Line, StringComparison.Ordinal));
    }
}
