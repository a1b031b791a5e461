using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>
/// Settings that a container is given as files, one a setting, named like its environment variable: a secret in
/// <c>/run/secrets/MQTT_PASSWORD</c> is in no environment, no process list and no <c>docker inspect</c>.
/// Everything else that gives the same setting comes before a file.
/// </summary>
internal static class SecretFiles
{
    public const string Folder = "/run/secrets";

    public static void AddSecretFiles(this WebApplicationBuilder builder, string folder = Folder)
    {
        if (Directory.Exists(folder))
        {
            builder.Configuration.Sources.Insert(0, new KeyPerFileConfigurationSource { FileProvider = new PhysicalFileProvider(folder) });
        }
    }
}
