using TechTemp.Data.Sqlite.Backup;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>Who may read the files of a store, its backups and its copies.</summary>
public sealed class StoreFilesTests : BackupTest
{
    [Fact]
    public void Files_are_for_their_user_alone_and_folders_too()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _store.Write(Reading(_store.Now));
        Backup();
        File.SetUnixFileMode(BackupPath, Own | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        using var open = _store.Connections.Open();
        Restore();
        Assert.All(Directory.GetFiles(Path.GetDirectoryName(StorePath)!), file => Assert.Equal(Own, Mode(file)));
        _store.Get<StoreBackup>().Backup(_folder.File("second.db"));
        Assert.Equal(Own, Mode(_folder.File("second.db")));

        var store = new TestStore(("Store:Path", _folder.File("a/b/techtemp.db")));
        store.Dispose();
        Assert.Equal(Own | UnixFileMode.UserExecute, Mode(_folder.File("a")));
        Assert.Equal(Own | UnixFileMode.UserExecute, Mode(_folder.File("a/b")));
        Assert.Equal(Own, Mode(_folder.File("a/b/techtemp.db")));
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
}
