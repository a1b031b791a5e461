using System.Security.Cryptography;

namespace TechTemp.Clients.Tests;

/// <summary>
/// The tools of Node.js that <c>Node/package-lock.json</c> pins, installed below this project's obj folder: once for each state of the
/// lock file.
/// </summary>
internal static class NodeTools
{
    private static readonly Lazy<Task<string>> s_folder = new(InstallAsync);

    private static string Source => Repository.File("tests", "TechTemp.Clients.Tests", "Node");

    /// <summary>A new folder in which modules of Node.js are found, with the files of <c>Node</c>. The caller deletes it.</summary>
    public static async Task<string> NewFolderAsync()
    {
        Assert.SkipUnless(Programs.Find("npm") is not null, "npm is not installed (Debian packages nodejs and npm)");
        var folder = Path.Combine(await s_folder.Value, $"run-{Guid.NewGuid():N}");
        foreach (var file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder;
    }

    /// <summary>Runs a tool, which must succeed, by its name in <c>node_modules/.bin</c>.</summary>
    public static Task<string> SucceedAsync(string folder, string tool, params IEnumerable<string> arguments) => SucceedAsync(folder, tool, [], arguments);

    /// <inheritdoc cref="SucceedAsync(string, string, IEnumerable{string})"/>
    public static Task<string> SucceedAsync(string folder, string tool, IEnumerable<(string Name, string Value)> environment, params IEnumerable<string> arguments) =>
        ToolRun.SucceedAsync(folder, Tool(folder, tool), environment, arguments);

    /// <summary>Runs a tool.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string folder, string tool, params IEnumerable<string> arguments) =>
        ToolRun.RunAsync(folder, Tool(folder, tool), [], arguments);

    private static string Tool(string folder, string name) => Path.Combine(folder, "..", "node_modules", ".bin", name);

    private static async Task<string> InstallAsync()
    {
        var folder = Repository.File("tests", "TechTemp.Clients.Tests", "obj", "node");
        Directory.CreateDirectory(folder);
        var lockFile = await File.ReadAllBytesAsync(Path.Combine(Source, "package-lock.json"));
        var installed = Path.Combine(folder, $"installed-{Convert.ToHexStringLower(SHA256.HashData(lockFile))[..16]}");
        // Of two test runs at once the second waits.
        await using var turn = await TurnAsync(Path.Combine(folder, "in-use"));
        if (!File.Exists(installed))
        {
            foreach (var name in new[] { "package.json", "package-lock.json" })
            {
                File.Copy(Path.Combine(Source, name), Path.Combine(folder, name), overwrite: true);
            }

            await ToolRun.SucceedAsync(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            await File.WriteAllTextAsync(installed, "");
        }

        return folder;
    }

    private static async Task<FileStream> TurnAsync(string file)
    {
        FileStream? turn = null;
        await Eventually.TrueAsync(
            () =>
            {
                try
                {
                    turn = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            "nobody else installs the tools",
            TimeSpan.FromMinutes(10));
        return turn!;
    }
}
