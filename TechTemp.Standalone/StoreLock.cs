using System.Globalization;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Standalone;

internal static class StoreLockHosting
{
    /// <summary>Refuses to start beside another Standalone on the same store. It must be added before the store.</summary>
    public static WebApplicationBuilder AddStoreLock(this WebApplicationBuilder builder)
    {
        builder.Services.AddHostedService<StoreLock>();
        return builder;
    }
}

/// <summary>
/// Holds the store for this process while it runs: a second Standalone on other ports would split the sensors between two
/// brokers, and each would publish the states of its own half. The lock is the operating system's; a killed process leaves none.
/// </summary>
internal sealed class StoreLock(StoreConnections connections) : IHostedService, IDisposable
{
    private FileStream? _file;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // By its own name, whatever link it was reached by.
        var store = (File.Exists(connections.Path) ? File.ResolveLinkTarget(connections.Path, returnFinalTarget: true)?.FullName : null) ?? connections.Path;
        var path = store + ".standalone";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            _file = new(path, options);
        }
        // Only a lock: a folder that cannot be made or written is for the store to report.
        catch (IOException) when (File.Exists(path) && !Directory.Exists(path))
        {
            throw new StartException($"Another TechTemp.Standalone is running on the store '{connections.Path}'. Stop it, or name another file in DB_PATH.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.CompletedTask;
        }

        _file.SetLength(0);
        _file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        _file.Flush();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Not in StopAsync: the store is in use until all services have stopped.
    public void Dispose() => _file?.Dispose();
}
