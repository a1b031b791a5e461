using System.Reflection;

namespace TechTemp.Testing;

/// <summary>The repository that the tests were built from, and what was built with them.</summary>
public static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>A path below the root.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A program of ours, built in the configuration of the tests.</summary>
    /// <param name="project">The project.</param>
    /// <param name="folder">The folder that it is in; the root for none.</param>
    public static string Program(string project, string folder = "") => File(folder, project, "bin", Metadata("Configuration"), "net10.0", $"{project}.dll");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
