using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>
/// The connection between ingest and PostgreSQL is cut when a COMMIT is on its way: before the server has it, or after, so that its answer is lost. Ingest
/// cannot know which. Ingest is killed with -9 in the middle of it.
/// </summary>
internal static class CommitCut
{
    private const int Devices = 8;
    private static readonly PublisherPace s_pace = new(PerSecond: 150);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(FaultRun run)
    {
        var cuts = run.Pick(full: 500, brief: 20);
        await using var site = await Site.CreateAsync(run, SealedHistory.Setting);
        await using var proxy = new TcpProxy(site.Server!.Port);
        site.Settings["DB_URL"] = site.Settings["DB_URL"].Replace($":{site.Server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal);
        await site.StartIngestAsync();
        var history = new SealedHistory(run, site);
        history.Insert();
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        await site.StoresAsync(fleet);

        var turn = new Lock();
        var (before, after) = (0, 0);
        proxy.Inspect = part =>
        {
            if (part.Span.IndexOf("COMMIT"u8) < 0)
            {
                return Passage.Pass;
            }

            lock (turn)
            {
                switch (run.Random.Next(4))
                {
                    case 0:
                        before++;
                        return Passage.CutBefore;
                    case 1:
                        after++;
                        return Passage.CutAfter;
                    default:
                        return Passage.Pass;
                }
            }
        };
        await Eventually.TrueAsync(() => before + after >= cuts / 2, "half of the COMMITs are cut", s_deadline);
        run.Promise(!site.Ingest.HasExited, $"Ingest has left: {(site.Ingest.HasExited ? site.Ingest.Error : "")}");
        await site.KillIngestAsync();
        await site.LaunchIngestAsync();
        await Eventually.TrueAsync(() => before + after >= cuts || site.Ingest.HasExited, "COMMITs are cut", s_deadline);
        run.Promise(!site.Ingest.HasExited, $"Ingest has left: {(site.Ingest.HasExited ? site.Ingest.Error : "")}");
        proxy.Inspect = null;

        run.Note($"{before} COMMITs cut before the server had them, {after} after");
        await history.JudgeAsync(fleet);
    }
}
