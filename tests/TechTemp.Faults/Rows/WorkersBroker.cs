using System.Diagnostics;

namespace TechTemp.Faults.Rows;

/// <summary>The broker is stopped and started, or killed with -9, under three workers.</summary>
internal static class WorkersBroker
{
    private const string Connected = "Connected to ";
    private const int HomeEvery = 5;
    private const int TwiceEvery = 3;
    private static readonly TimeSpan s_reconnected = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestConnect = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_longestAway = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestRun = TimeSpan.FromSeconds(3);

    public static async Task RestartedAsync(FaultRun run)
    {
        var restarts = run.Pick(full: 40, brief: 3);
        await using var workers = await WorkersUnderLoad.StartAsync(run);
        var (site, slowest) = (workers.Site, TimeSpan.Zero);
        for (var restart = 1; restart <= restarts; restart++)
        {
            if (restart % HomeEvery == 1)
            {
                workers.AddHome();
            }

            await Task.Delay(run.Moment(TimeSpan.Zero, s_longestRun));
            if (restart % TwiceEvery == 0)
            {
                // In their connections and subscriptions.
                await RestartAsync(run, site);
                await Task.Delay(run.Moment(TimeSpan.Zero, s_longestConnect));
            }

            var before = WorkersUnderLoad.Names.ToDictionary(w => w, w => Count(site[w].Output, Connected));
            await RestartAsync(run, site);
            var start = Stopwatch.GetTimestamp();
            await Eventually.TrueAsync(() => WorkersUnderLoad.Names.All(w => site[w].HasExited || Count(site[w].Output, Connected) > before[w]), "each worker connects again", s_deadline);
            await workers.HealthyAsync();

            var taken = Stopwatch.GetElapsedTime(start);
            slowest = taken > slowest ? taken : slowest;
        }

        await workers.StopAsync();
        var lost = WorkersUnderLoad.Names.Sum(w => Count(site[w].Output, "session present: False") - 1);
        run.Note($"{restarts} restarts, {restarts / TwiceEvery} of them twice in a row, all reconnected after {slowest.TotalSeconds:F1} s at most");
        run.Promise(slowest <= s_reconnected, $"The workers took {slowest.TotalSeconds:F1} s to connect again, more than {s_reconnected.TotalSeconds}.");
        run.Promise(lost == 0, $"The broker had lost sessions of workers {lost} times.");
        await workers.JudgeAsync();
    }

    public static async Task KilledAsync(FaultRun run)
    {
        var kills = run.Pick(full: 30, brief: 2);
        await using var workers = await WorkersUnderLoad.StartAsync(run, sequenced: 4, brokerForgets: true);
        var site = workers.Site;
        await Eventually.TrueAsync(() => site.Broker.HasSaved, "the broker has saved");
        var brokerKills = new List<BrokerKill>();
        for (var kill = 0; kill < kills; kill++)
        {
            if (kill % HomeEvery == 0)
            {
                workers.AddHome();
            }

            var away = kill % 2 == 1 ? workers.Any() : null;
            if (away is not null)
            {
                await site[away].StopAsync();
            }

            await Task.Delay(run.Moment(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5)));
            brokerKills.Add(await BrokerKill.KillAsync(site.Broker));
            await site.Broker.StartAsync();
            if (away is not null)
            {
                await site.LaunchIngestAsync(away);
            }

            await workers.HealthyAsync();
        }

        await workers.StopAsync();
        BrokerKilled.Judge(run, workers.Plain, workers.Sequenced, site.Store, brokerKills);
        await workers.JudgeStatesAsync();
    }

    private static async Task RestartAsync(FaultRun run, Site site)
    {
        await site.Broker.StopAsync();
        await Task.Delay(run.Moment(TimeSpan.Zero, s_longestAway));
        await site.Broker.StartAsync();
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
