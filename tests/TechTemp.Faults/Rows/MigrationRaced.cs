using System.Globalization;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>Three ingests start at once on an empty database, half of the times one of them is killed with -9 meanwhile. Those that are replaced leave; one stays.</summary>
internal static class MigrationRaced
{
    private const int Racers = 3;
    private const int Devices = 4;
    private static readonly PublisherPace s_pace = new(PerSecond: 200, Limit: 300);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(FaultRun run)
    {
        var rounds = run.Pick(full: 20, brief: 2);
        for (var round = 0; round < rounds; round++)
        {
            await RoundAsync(run, isKilled: round % 2 == 1);
        }

        run.Note($"{rounds} times, {rounds / 2} of them with a kill");
    }

    private static async Task RoundAsync(FaultRun run, bool isKilled)
    {
        await using var site = await Site.CreateAsync(run);
        HostProcess[] ingests = [.. Enumerable.Range(1, Racers).Select(i => HostProcess.Start(
            "TechTemp.Ingest", new Dictionary<string, string>(site.Settings) { ["Mqtt__ClientId"] = string.Create(CultureInfo.InvariantCulture, $"ingest-{i}") }))];
        try
        {
            var killed = ingests[run.Random.Next(Racers)];
            if (isKilled)
            {
                // From the start of the process to the end of the migrations.
                await Task.Delay(run.Moment(TimeSpan.Zero, TimeSpan.FromSeconds(3)));
                killed.Kill();
            }

            await Eventually.TrueAsync(() => ingests.Count(i => !i.HasExited) <= 1, "all but one have left", s_deadline);
            run.Promise(ingests.Any(i => !i.HasExited), $"No ingest stayed: {ingests[0].Error}");
            foreach (var left in ingests.Where(i => i.HasExited && !(isKilled && i == killed)))
            {
                run.Promise(left.Error.Contains("Another process writes readings", StringComparison.Ordinal), $"An ingest has left for another reason: {left.Error}");
            }

            await ingests.Single(i => !i.HasExited).HealthAsync(health => health.Status == 200, "healthy", s_deadline);
            await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
            await fleet.CompleteAsync(s_deadline);
            await site.SettleAsync(fleet.Books);
            var migrations = site.Store.Query("""SELECT "MigrationId" FROM "__EFMigrationsHistory";""", row => row.GetString(0)).ToList();
            run.Promise(migrations.Count > 0 && migrations.Distinct().Count() == migrations.Count, $"The migrations are {string.Join(", ", migrations)}");
            Comparison.Of(fleet.Books, site.Store).Judge(run);
        }
        finally
        {
            foreach (var ingest in ingests)
            {
                await ingest.DisposeAsync();
            }
        }
    }
}
