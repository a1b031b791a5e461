namespace TechTemp.Clients.Device.Tests.Delivery;

/// <summary>The device's process is killed while it measures, and so are the broker and ingest.</summary>
public sealed class KilledTests
{
    private const int EveryMs = 50;

    [Fact]
    public async Task Readings_taken_through_kill_9_are_stored_once_each()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        var spool = folder.File(DeviceProcess.Simulated);
        for (var run = 1; run <= 8; run++)
        {
            await using var device = DeviceProcess.Simulate(stack.Broker.Url, folder.Path, EveryMs);
            var before = Taken(spool);
            await Eventually.TrueAsync(() => Taken(spool) > before + 15 + (3 * run), "readings are taken", TimeSpan.FromSeconds(60));
            if (run == 3)
            {
                await stack.Broker.KillAsync();
                await stack.Broker.StartAsync();
                await Eventually.TrueAsync(() => Taken(spool) > before + 60, "readings are taken without a broker");
            }

            if (run == 5)
            {
                stack.Ingest.Kill();
                await Eventually.TrueAsync(() => Taken(spool) > before + 60, "readings are taken without ingest");
            }

            device.Kill();
            await device.ExitAsync();
            if (run == 5)
            {
                await stack.StartIngestAsync();
            }

            if (run % 2 == 0)
            {
                Tear(SpoolFiles.Last(spool));
            }
        }

        await using (var device = DeviceProcess.Simulate(stack.Broker.Url, folder.Path, EveryMs))
        {
            await Eventually.ResultAsync(
                () => stack.CountAsync(DeviceProcess.Simulated), count => count >= Taken(spool) - 40, "the store is close behind", TimeSpan.FromSeconds(60), device.Describe);
            await Eventually.TrueAsync(() => device.Output.Contains("connected to", StringComparison.Ordinal), "it is connected");
            device.Terminate();
            Assert.Equal(0, await device.ExitAsync());
        }

        // What was taken in the last moments is sent by the next one, which takes nothing new within the test.
        await using (var device = DeviceProcess.Simulate(stack.Broker.Url, folder.Path, 3_600_000))
        {
            var taken = SpoolFiles.Read(spool);
            Assert.True(taken.Count > 200);
            Assert.Equal(Enumerable.Range(0, taken.Count).Select(i => taken[0].Seq + i), taken.Select(r => r.Seq));
            await SpoolFiles.StoredAsync(stack.Http, DeviceProcess.Simulated, taken);
        }
    }

    private static int Taken(string spool) => Directory.Exists(spool) ? SpoolFiles.Read(spool).Count : 0;

    // As a power cut leaves it: half of the next record.
    private static void Tear(string file)
    {
        using var stream = File.OpenWrite(file);
        stream.Seek(0, SeekOrigin.End);
        stream.Write([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
}
