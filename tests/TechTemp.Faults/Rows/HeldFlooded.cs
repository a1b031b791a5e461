using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>Readings of devices that nobody has provisioned are held, while far more junk comes than is kept of it, and ingest is killed with -9.</summary>
internal static class HeldFlooded
{
    private const int Devices = 4;
    private const int KeptJunk = 100;
    private static readonly PublisherPace s_pace = new(PerSecond: 100);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(FaultRun run)
    {
        var junk = run.Pick(full: 30_000, brief: 3_000);
        var kills = run.Pick(full: 10, brief: 2);
        await using var site = await Site.StartAsync(run, ("Ingest__UnknownDevices", "Hold"), ("Retention__RejectedRows", "100"), ("Retention__HeldPerDevice", "1000000"));
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        await Eventually.TrueAsync(() => site.Store.CountHeld() > 0, "readings are held");
        for (var part = 0; part < kills; part++)
        {
            await using (var publisher = site.Broker.Client.StartPublishing(SampleReading.Topic("junk")))
            {
                for (var i = 0; i < junk / kills; i++)
                {
                    await publisher.PublishAsync("no reading");
                }

                await publisher.CompleteAsync();
            }

            await Task.Delay(run.Moment(TimeSpan.Zero, TimeSpan.FromSeconds(1)));
            await site.KillIngestAsync();
            await site.StartIngestAsync();
        }

        await fleet.StopAsync();
        await Eventually.TrueAsync(() => site.Store.CountHeld() >= fleet.Acknowledged, "all that was acknowledged is held", s_deadline);
        await Eventually.TrueAsync(() => site.Store.CountRejected() - site.Store.CountHeld() <= KeptJunk, "the junk is within its limit", s_deadline);
        run.Note($"{junk} refused messages, {site.Store.CountHeld():N0} readings held meanwhile, {kills} kills");
        await using (var api = await HostProcess.StartHealthyAsync("TechTemp.Api", site.Settings))
        {
            foreach (var book in fleet.Books)
            {
                var answer = await api.Http.PostAsync("/api/v1/devices", new { device_uid = Sample.UidOf(book.Device), room_name = "Attic" });
                run.Promise(answer.Status == 201, $"A device could not be provisioned: {answer.Status}");
            }

            await Eventually.TrueAsync(() => site.Store.CountHeld() == 0, "nothing is held any more", s_deadline);
        }

        Comparison.Of(fleet.Books, site.Store).Judge(run, rejected: site.Store.CountRejected());
    }
}
