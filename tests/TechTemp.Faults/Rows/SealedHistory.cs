using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>A history of finished days that ingest seals while a fault is injected.</summary>
/// <param name="run">The run.</param>
/// <param name="site">The site.</param>
internal sealed class SealedHistory(FaultRun run, Site site)
{
    private const int Devices = 20;
    private const int Step = 900_000;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);
    private readonly int _readings = run.Pick(full: 10_000, brief: 500);

    /// <summary>Lets ingest seal all the time.</summary>
    public static (string Name, string Value) Setting { get; } = ("Store__SealInterval", "00:00:01");

    /// <summary>Makes it.</summary>
    public void Insert() => LongHistory.Insert(site.Store, _readings, Devices, Step);

    /// <summary>Ends the publishing, waits until all is stored and sealed, and compares all of the store.</summary>
    public async Task JudgeAsync(Fleet fleet)
    {
        await fleet.StopAsync();
        await Eventually.TrueAsync(() => LongHistory.CountDaysOfRows(site.Store) == Devices, "all but the last day of each device is sealed", s_deadline);
        await Site.SettleAsync(site.Store, fleet.Acknowledged + (_readings * Devices));
        var differences = LongHistory.Differences(site.Store, _readings, Devices, Step);
        run.Promise(differences.Count == 0, $"{differences.Count} differences of the history, for example: {string.Join("; ", differences.Take(5))}");
        var integrity = site.Store.CheckIntegrity();
        run.Promise(integrity == "ok", $"After it: {integrity}");
        run.Note($"{_readings * Devices:N0} others in {site.Store.Content().Count(c => c.Page is not null):N0} pages");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
