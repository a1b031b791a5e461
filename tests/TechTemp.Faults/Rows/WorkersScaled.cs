using System.Globalization;

namespace TechTemp.Faults.Rows;

/// <summary>Two of three workers are retired under load, and then started again: sometimes at once, while what their sessions have is still fetched.</summary>
internal static class WorkersScaled
{
    private static readonly TimeSpan s_longestRun = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(FaultRun run)
    {
        var times = run.Pick(full: 12, brief: 1);
        var (ofFirst, atOnce, killed) = (0, 0, 0);
        await using var workers = await WorkersUnderLoad.StartAsync(run);
        for (var time = 0; time < times; time++)
        {
            workers.AddHome();
            await Task.Delay(run.Moment(TimeSpan.Zero, s_longestRun));
            var first = workers.First();
            // The first worker every other time.
            var stays = time % 2 == 0 ? Pick(run, WorkersUnderLoad.Names.Where(w => w != first)) : first;
            var leaving = WorkersUnderLoad.Names.Where(w => w != stays).OrderBy(_ => run.Random.Next()).ToList();
            ofFirst += leaving.Contains(first) ? 1 : 0;
            foreach (var worker in leaving)
            {
                killed += await RetireAsync(run, workers.Site, worker) ? 1 : 0;
            }

            if (time % 3 == 2)
            {
                atOnce++;
            }
            else
            {
                await workers.GoneAsync(leaving[0]);
                await workers.GoneAsync(leaving[1]);
                await workers.DividedAsync([stays]);
            }

            await Task.Delay(run.Moment(TimeSpan.Zero, s_longestRun));
            await workers.LaunchAsync(leaving);
            await workers.DividedAsync(WorkersUnderLoad.Names);
        }

        run.Note($"{times} times from 3 workers to 1 and back, {ofFirst} times without the first one, {killed} killed and then retired, {atOnce} times started again at once");
        await workers.JudgeAsync();
    }

    /// <summary>Retires a worker and ends its process: in this order, or by SIGTERM or SIGKILL first.</summary>
    /// <returns>Whether it was killed.</returns>
    private static async Task<bool> RetireAsync(FaultRun run, Site site, string worker)
    {
        var process = site[worker];
        var way = run.Random.Next(3);
        switch (way)
        {
            case 0: await RunVerbAsync(site, worker); await process.LogsAsync($"Worker {worker} was retired"); await process.StopAsync(s_deadline); break;
            case 1: await process.StopAsync(s_deadline); await RunVerbAsync(site, worker); break;
            default: await site.KillIngestAsync(worker); await RunVerbAsync(site, worker); break;
        }

        return way == 2;
    }

    private static async Task RunVerbAsync(Site site, string worker)
    {
        await using var verb = HostProcess.Start("TechTemp.Ingest", site.Settings, "retire", worker);
        if (await verb.ExitAsync(s_deadline) != 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"retire {worker}: {verb.Error}"));
        }
    }

    private static string Pick(FaultRun run, IEnumerable<string> names)
    {
        var list = names.ToList();
        return list[run.Random.Next(list.Count)];
    }
}
