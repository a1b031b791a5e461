using System.Globalization;
using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>
/// A sensor's account is used to connect with ingest's client id, which the attacker is even told, to get its session or to destroy it:
/// while ingest runs, and while readings wait in that session because it does not.
/// </summary>
internal static class SessionAttacked
{
    private const int Devices = 4;
    private const string Attacker = "attacker";
    private static readonly PublisherPace s_pace = new(PerSecond: 150);

    public static async Task RunAsync(FaultRun run)
    {
        var rounds = run.Pick(full: 30, brief: 4);
        await using var site = await Site.CreateWithAccountsAsync(run, [Attacker, .. Enumerable.Range(1, Devices).Select(Sample.UidOf)]);
        await site.StartIngestAsync();
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var attacks = 0;
        for (var round = 0; round < rounds; round++)
        {
            var before = fleet.Acknowledged;
            var isAway = round % 2 == 0;
            if (isAway)
            {
                await site.Ingest.StopAsync();
            }

            await Eventually.TrueAsync(() => fleet.Acknowledged > before + 100, "readings are acknowledged");
            foreach (var clientId in new[] { site.Store.ClientId(), "techtemp-ingest" })
            {
                // A clean start, which destroys a session, and a connection that goes on with it and takes what is queued.
                await AttackAsync(site, "mosquitto_pub", "-i", clientId, "-t", "x", "-m", "x");
                await AttackAsync(site, "mosquitto_sub", "-i", clientId, "-c", "-q", "1", "-t", "x", "-E");
                attacks += 2;
            }

            if (isAway)
            {
                await site.StartIngestAsync();
                run.Promise(site.Ingest.Output.Contains("session present: True", StringComparison.Ordinal), $"Its session was gone in round {round}.");
            }

            run.Promise(!site.Ingest.HasExited, $"Ingest has left: {site.Ingest.Error}");
            run.Promise(!site.Ingest.Output.Contains("Lost the connection", StringComparison.Ordinal), $"Ingest lost its connection in round {round}.");
        }

        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);

        run.Note($"{attacks} attacks");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }

    private static Task<bool> AttackAsync(Site site, string program, params string[] arguments) => Command.TryAsync(
        program,
        ["-h", "127.0.0.1", "-p", site.Broker.Port.ToString(CultureInfo.InvariantCulture), "-u", Attacker, "-P", MosquittoProcess.Password(Attacker), "-V", "mqttv5", .. arguments]);
}
