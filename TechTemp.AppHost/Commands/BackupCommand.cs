using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using TechTemp.AppHost.Development;

namespace TechTemp.AppHost.Commands;

/// <summary>"Back up the store" in Aspire's dashboard: the verb <c>backup</c> of ingest, while everything goes on.</summary>
internal static class BackupCommand
{
    /// <summary>
    /// Adds the command where the store is a SQLite file; PostgreSQL has tools of its own. A backup is a file in <c>backups</c>, below the data
    /// folder, named after the time in UTC.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithBackupCommand(this IResourceBuilder<ProjectResource> ingest, SelectedStore store)
    {
        if (store.Database is not null)
        {
            return ingest;
        }

        var folder = Path.Combine(ingest.ApplicationBuilder.DataFolder(), "backups");
        return ingest.WithCommand(
            "backup",
            "Back up the store",
            context => BackUpAsync(ingest.Resource, store.Connection.Resource, folder, context.CancellationToken),
            new() { Description = "Copies the store while it is in use.", IconName = "ArchiveArrowBack" });
    }

    private static async Task<ExecuteCommandResult> BackUpAsync(
        ProjectResource ingest, ConnectionStringResource store, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var time = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        var configuration = typeof(BackupCommand).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var start = new ProcessStartInfo("dotnet",
        [
            "run", "--no-build", "--no-launch-profile", "--configuration", configuration, "--project", ingest.GetProjectMetadata().ProjectPath,
            "--", "backup", Path.Combine(folder, $"techtemp-{time}.db"),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[$"ConnectionStrings__{ResourceNames.StoreConnection}"] = await store.ConnectionStringExpression.GetValueAsync(cancellationToken);
        using var backup = Process.Start(start)!;
        try
        {
            var error = backup.StandardError.ReadToEndAsync(cancellationToken);
            var output = await backup.StandardOutput.ReadToEndAsync(cancellationToken);
            await backup.WaitForExitAsync(cancellationToken);
            return backup.ExitCode == 0 ? CommandResults.Success(output.Trim()) : CommandResults.Failure((await error).Trim());
        }
        catch (OperationCanceledException)
        {
            backup.Kill(entireProcessTree: true);
            return CommandResults.Canceled();
        }
    }
}
