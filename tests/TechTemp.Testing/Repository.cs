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

    /// <summary>
    /// A program of ours: as it was published below the folder <c>TECHTEMP_TEST_PROGRAMS</c>, as the images have it (<c>Api/TechTemp.Api.dll</c>); what
    /// is not there, as it was built in the configuration of the tests. One that was published elsewhere is named by its path.
    /// </summary>
    /// <param name="project">The project, with the folder that it is in: <c>TechTemp.Api</c>, <c>clients/TechTemp.Dashboard</c>.</param>
    /// <param name="folder">The folder, where it does not stand before the project.</param>
    public static string Program(string project, string folder = "")
    {
        if (Path.IsPathRooted(project))
        {
            return project;
        }

        var name = Path.GetFileName(project);
        var built = File(folder, project, "bin", Configuration, "net10.0", $"{name}.dll");
        if (Environment.GetEnvironmentVariable("TECHTEMP_TEST_PROGRAMS") is not { Length: > 0 } programs)
        {
            return built;
        }

        var published = Path.Combine(programs, name.Replace("TechTemp.", "", StringComparison.Ordinal), $"{name}.dll");
        return System.IO.File.Exists(published) ? published : built;
    }

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
