using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace TechTemp.AppHost.Development;

/// <summary>
/// Where a run on a developer's machine keeps its data. <c>Data:Folder</c> names the folder; without it that is <c>data</c> beside
/// the AppHost. The broker's volume is named after the folder, so that two clones, or a test beside them, never share one.
/// </summary>
internal static class LocalData
{
    private const string FolderKey = "Data:Folder";

    /// <summary>The folder, created where it is missing.</summary>
    public static string DataFolder(this IDistributedApplicationBuilder builder) => (OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(Folder(builder))
        // For its user alone, as the programs create theirs.
        : Directory.CreateDirectory(Folder(builder), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)).FullName;

    /// <summary>The name of a volume: in run mode one for each data folder, published as it is.</summary>
    public static string VolumeName(this IDistributedApplicationBuilder builder, string name) => builder.ExecutionContext.IsRunMode
        ? VolumeName(Folder(builder), name)
        : name;

    /// <summary>The name of the volume that belongs to a data folder.</summary>
    public static string VolumeName(string folder, string name) =>
        $"techtemp-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)).AsSpan(0, 5))}-{name}";

    private static string Folder(IDistributedApplicationBuilder builder) =>
        Path.GetFullPath(builder.Configuration[FolderKey] is { Length: > 0 } folder ? folder : "data", builder.AppHostDirectory);
}
