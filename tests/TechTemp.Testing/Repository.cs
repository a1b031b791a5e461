using System.Reflection;

namespace TechTemp.Testing;

/// <summary>The repository that the tests were built from, and what was built with them.</summary>
public static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The configuration that the tests were built in.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>A path below the root.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A program of ours, built in the configuration of the tests; one that was published somewhere is named by its path.</summary>
    public static string Program(string project) =>
        Path.IsPathRooted(project) ? project : File(project, "bin", Configuration, "net10.0", $"{project}.dll");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
