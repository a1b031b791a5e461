using System.Globalization;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>kill -9 of Standalone under load: an acknowledgement of its broker means that the reading is on disk.</summary>
internal static class StandaloneKilled
{
    // Many connections: its broker takes the messages of one after the other, and those of different ones share a commit.
    private const int Devices = 32;
    private static readonly PublisherPace s_pace = new(PerSecond: 100, InFlight: 16);
    private static readonly TimeSpan s_latest = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(FaultRun run)
    {
        var kills = run.Pick(full: 50, brief: 5);
        var port = FreePort.Next();
        var store = new StoreFile(Path.Combine(run.Folder, "store", "techtemp.db"));
        Dictionary<string, string> settings = new() { ["MQTT_PORT"] = port.ToString(CultureInfo.InvariantCulture), ["DB_PATH"] = store.Path };
        await using var fleet = Fleet.Start(port, Devices, s_pace);
        for (var kill = 0; kill < kills; kill++)
        {
            var before = fleet.Acknowledged;
            await using var standalone = HostProcess.Start("TechTemp.Standalone", settings);
            await Eventually.TrueAsync(() => fleet.Acknowledged > before, "readings are acknowledged");
            await Task.Delay(run.Moment(TimeSpan.Zero, s_latest));
            standalone.Kill();
            await standalone.ExitAsync();
        }

        await using var last = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings);
        await fleet.StopAsync();

        run.Note($"{kills} kills");
        Comparison.Of(fleet.Books, store).Judge(run);
    }
}
