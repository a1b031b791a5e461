using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>A device for which many readings are held is provisioned while others publish, and the API, which stores them, is killed with -9.</summary>
internal static class HeldReplayed
{
    private const int Others = 4;
    private static readonly PublisherPace s_pace = new(PerSecond: 100);
    private static readonly TimeSpan s_longestAnswer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(FaultRun run)
    {
        var readings = run.Pick(full: 100_000, brief: 5_000);
        var kills = run.Pick(full: 5, brief: 1);
        await using var site = await Site.StartAsync(run, ("Ingest__UnknownDevices", "Hold"), ("Retention__HeldPerDevice", "1000000"));
        var api = await HostProcess.StartHealthyAsync("TechTemp.Api", site.Settings);
        try
        {
            await using var waiting = Fleet.Start(site.Broker.Port, 1, new(Limit: readings));
            await waiting.CompleteAsync(s_deadline);
            await Eventually.TrueAsync(() => site.Store.CountHeld() == readings, "all readings are held", s_deadline);
            await using var fleet = Fleet.Start(site.Broker.Port, Others, s_pace, first: 2);
            foreach (var book in fleet.Books)
            {
                run.Promise(await ProvisionAsync(api, book) == 201, $"Device {book.Device} could not be provisioned.");
            }

            await Eventually.TrueAsync(() => fleet.Books.All(book => site.Store.SumOfNewest([book]) > 0), "the others are stored");
            using var enough = new CancellationTokenSource();
            var watching = Stall.LongestAsync(() => site.Store.SumOfNewest(fleet.Books), enough.Token);

            var start = Stopwatch.GetTimestamp();
            run.Promise(await ProvisionAsync(api, waiting.Books[0]) == 201, $"The device with held readings could not be provisioned.");
            var answer = Stopwatch.GetElapsedTime(start);
            for (var i = 0; i < kills; i++)
            {
                await Task.Delay(run.Moment(TimeSpan.Zero, TimeSpan.FromSeconds(1)));
                api.Kill();
                await api.ExitAsync();
                await api.DisposeAsync();
                api = await HostProcess.StartHealthyAsync("TechTemp.Api", site.Settings);
            }

            await Eventually.TrueAsync(() => site.Store.CountHeld() == 0, "nothing is held any more", s_deadline);
            await enough.CancelAsync();
            var stall = await watching;
            await fleet.StopAsync();
            Book[] books = [.. waiting.Books, .. fleet.Books];
            await site.SettleAsync(books);
            run.Note($"{readings:N0} held, answered after {answer.TotalMilliseconds:F0} ms, longest stall of the others {stall.TotalMilliseconds:F0} ms, {kills} kills");
            run.Promise(answer <= s_longestAnswer, $"The answer took {answer.TotalMilliseconds:F0} ms.");
            run.Promise(stall <= s_longestStall, $"Nothing of the others was stored for {stall.TotalMilliseconds:F0} ms.");
            Comparison.Of(books, site.Store).Judge(run);
        }
        finally
        {
            await api.DisposeAsync();
        }
    }

    private static async Task<int> ProvisionAsync(HostProcess api, Book book) =>
        (await api.Http.PostAsync("/api/v1/devices", new { device_uid = Sample.UidOf(book.Device), room_name = "Attic" })).Status;
}
