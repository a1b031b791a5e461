namespace TechTemp.Clients.Device.Spool;

/// <summary>Files and folders that only the device's own account can read and write. What exists stays as it is.</summary>
internal static class PrivateFiles
{
    /// <summary>Creates a folder, with those above it.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            // Each by itself: the mode holds for the last one only.
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } above)
            {
                CreateFolder(above);
            }

            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Opens a file for reading and writing, and creates it where it is missing.</summary>
    public static FileStream Open(string path, FileShare share)
    {
        // Unbuffered, for those who use its handle.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(path, options);
    }
}
