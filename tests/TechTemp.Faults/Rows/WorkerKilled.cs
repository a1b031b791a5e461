namespace TechTemp.Faults.Rows;

/// <summary>kill -9 of one of three workers at random moments under load, the first worker included. Now and then it stays away until the others miss it.</summary>
internal static class WorkerKilled
{
    private const int FirstEvery = 3;
    private const int HomeEvery = 3;
    private const int SteadyEvery = 2;
    private const int MissedEvery = 10;
    private static readonly TimeSpan s_earliest = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_latest = TimeSpan.FromMilliseconds(4_000);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(FaultRun run)
    {
        var kills = run.Pick(full: 50, brief: 3);
        var (ofFirst, missed) = (0, 0);
        await using var workers = await WorkersUnderLoad.StartAsync(run);
        for (var kill = 0; kill < kills; kill++)
        {
            if (kill % HomeEvery == 0)
            {
                workers.AddHome();
            }

            // The other half of the times the one before may still be starting.
            if (kill % SteadyEvery == SteadyEvery - 1)
            {
                await workers.HealthyAsync();
            }

            await Task.Delay(run.Moment(s_earliest, s_latest));
            var worker = kill % FirstEvery == 0 ? workers.First() : workers.Any();
            ofFirst += worker == workers.First() ? 1 : 0;
            await workers.Site.KillIngestAsync(worker);
            if (kill % MissedEvery == MissedEvery - 1)
            {
                await MissedAsync(workers, worker);
                missed++;
            }

            await workers.Site.LaunchIngestAsync(worker);
        }

        run.Note($"{kills} kills, {ofFirst} of the first worker, {missed} times until it was missed");
        await workers.JudgeAsync();
    }

    private static Task MissedAsync(WorkersUnderLoad workers, string worker)
    {
        var other = workers.Site[WorkersUnderLoad.Names.First(w => w != worker)];
        var before = Count();
        return Eventually.TrueAsync(() => Count() > before, $"another worker misses {worker}", s_deadline);

        int Count() => other.Output.Split($"Worker {worker} is missing").Length;
    }
}
