using TechTemp.Data.Readings;

namespace TechTemp.History;

/// <summary>What rollups cost the writer.</summary>
internal static class IngestRows
{
    private const int Readings = 200_000;

    public static void Measure(Table table, int rounds)
    {
        var batches = Site.Messages(20, Site.End - Readings / 20 * Site.Step, Site.End).Chunk(500).ToList();
        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            with.Add(Write(batches, rollups: true));
            without.Add(Write(batches, rollups: false));
        }

        var (on, off) = (Table.Median(with), Table.Median(without));
        table.Add(
            "ingest with rollups, batches of 500, synchronous=FULL", $"{Readings / on:F0} readings/ms", $"{Readings / off:F0} without: {off / on:F2}");
    }

    private static double Write(List<IncomingMessage[]> batches, bool rollups)
    {
        using var site = Site.Empty();
        using var writer = site.Writer(rollups);
        return Table.Time(() => batches.ForEach(b => writer.Write(b)));
    }
}
