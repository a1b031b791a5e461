using TechTemp.Load.Clients;
using TechTemp.Load.Opponents;

namespace TechTemp.Load.Rows;

/// <summary>Answers for each second on every hot route, against bare Kestrel with answers of the same size, in turn, from the same client.</summary>
internal static class HttpRows
{
    private const int Connections = 8;

    public static async Task MeasureAsync(LoadRun run)
    {
        await using var site = await YearSite.StartAsync(run);
        var sizes = HotRoutes.All.ToDictionary(r => r.Path, r => SizeOf(site.Port, r.Path));
        var port = FreePort.Next();
        await using var bare = await BareServer.StartAsync(port, sizes.Values);
        foreach (var (name, path) in HotRoutes.All)
        {
            await MeasureAsync(run, name, (site.Port, path), (port, BareServer.PathOf(sizes[path])));
        }

        run.Table.Add("most memory of the API while it answers", $"{new ProcessFigures(site.Api.Id).Peak:F0} MB");
    }

    private static async Task MeasureAsync(LoadRun run, string name, (int Port, string Path) ours, (int Port, string Path) theirs)
    {
        var time = TimeSpan.FromSeconds(run.Options.IsShort ? 0.1 : 2);
        // Until the code that runs often is compiled for it.
        await AskAsync(ours, time);
        await AskAsync(theirs, time);
        var (api, bare) = (new List<(double Requests, double Bytes)>(), new List<(double Requests, double Bytes)>());
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            api.Add(await AskAsync(ours, time));
            bare.Add(await AskAsync(theirs, time));
        }

        var ratio = BurstRow.Ratio(api.Select(a => a.Requests), bare.Select(a => a.Requests));
        var (own, bound) = (Table.Median([.. api.Select(a => a.Requests)]), Table.Median([.. bare.Select(a => a.Requests)]));
        var (ownBytes, boundBytes) = (Table.Median([.. api.Select(a => a.Bytes)]) / 1e6, Table.Median([.. bare.Select(a => a.Bytes)]) / 1e6);
        LoadRun.Tell($"{name}: {own:N0}/s, bare {bound:N0}/s");
        run.Table.Add($"HTTP, {name}: API / bare Kestrel", $"{ratio:F2}", $"{own:N0}/s, {bound:N0}/s; {ownBytes:F0} MB/s, {boundBytes:F0} MB/s");
    }

    private static Task<(double Requests, double Bytes)> AskAsync((int Port, string Path) server, TimeSpan time) =>
        HttpLoad.RunAsync(server.Port, server.Path, Connections, time);

    private static int SizeOf(int port, string path)
    {
        using var connection = new HttpConnection(port, path);
        return connection.Ask();
    }
}
