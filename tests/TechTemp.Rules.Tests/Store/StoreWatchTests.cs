using TechTemp.Data.Sqlite.Operation;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>What a running program says about a store that was changed under it.</summary>
public sealed class StoreWatchTests : BackupTest
{
    [Fact]
    public void A_running_program_logs_a_restore()
    {
        var logger = new LogLines<StoreWatch>();
        var watch = new StoreWatch(_store.Connections, _store.Get<StoreSchema>(), _store.Get<StoreState>(), _store.Time, logger);
        _store.Write(Reading(_store.Now));
        Backup();
        watch.Look();
        watch.Look();
        Assert.Empty(logger.Written);

        Restore();
        watch.Look();
        Restore();
        watch.Look();
        watch.Look();
        Assert.Equal(2, logger.Written.Count);
        Assert.All(logger.Written, line => Assert.Contains("was replaced by a restore", line, StringComparison.Ordinal));
        Assert.Contains("1 readings of 1 devices, the newest of 2026-03-01T12:00:00Z", logger.Written[0], StringComparison.Ordinal);
    }
}
