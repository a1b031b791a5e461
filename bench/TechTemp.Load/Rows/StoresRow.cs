namespace TechTemp.Load.Rows;

/// <summary>The burst, stored by one worker in PostgreSQL and by another in a SQLite file, each with a broker of its own: in turn, from the same publishers.</summary>
internal static class StoresRow
{
    public static async Task MeasureAsync(LoadRun run)
    {
        var (rounds, readings) = (run.Options.Rounds, run.Options.IsShort ? 8_000 : 200_000);
        var server = await run.ServerAsync();
        await using var postgres = await IngestSite.StartAsync(await server.CreateDatabaseAsync("stores"));
        await using var sqlite = await IngestSite.StartAsync();
        var (ours, file, cpu, serverCpu, log) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        // The first round is for the code that is compiled while it runs.
        for (var round = -1; round < rounds; round++)
        {
            var before = (rounds - 1 - round) * readings;
            var (written, used) = (LogPosition(postgres), CpuSeconds(server));
            var (seconds, ingestUsed, sending) = await BurstRow.StoreAsync(postgres.Broker, "home", postgres.Store, postgres.Ingest.Id, readings, before);
            (written, used) = (LogPosition(postgres) - written, CpuSeconds(server) - used);
            var (fileSeconds, _, _) = await BurstRow.StoreAsync(sqlite.Broker, "home", sqlite.Store, sqlite.Ingest.Id, readings, before);
            if (round < 0)
            {
                continue;
            }

            LoadRun.Tell($"PostgreSQL {readings / seconds:N0}/s, SQLite {readings / fileSeconds:N0}/s; published at {readings / sending:N0}/s");
            ours.Add(readings / seconds);
            file.Add(readings / fileSeconds);
            cpu.Add(ingestUsed / readings * 1e6);
            serverCpu.Add(used / readings * 1e6);
            log.Add(written / (double)readings);
        }

        BurstRow.RequireAll(postgres.Store, (rounds + 1L) * readings);
        BurstRow.RequireAll(sqlite.Store, (rounds + 1L) * readings);
        run.Table.Add(
            $"burst of {readings:N0}, eight connections, QoS 1, one worker: PostgreSQL / SQLite",
            $"{BurstRow.Ratio(ours, file):F2}", $"{Table.Median(ours):N0}/s, {Table.Median(file):N0}/s");
        run.Table.Add("the same: processor time for a million readings", $"{Table.Median(cpu):F1} s", $"and of PostgreSQL {Table.Median(serverCpu):F1} s");
        run.Table.Add(
            "the same: bytes for each reading that is still a row, index included",
            $"{postgres.Store.Scalar("SELECT pg_total_relation_size('readings');") / ((rounds + 1.0) * readings):F0}",
            $"and of write-ahead log {Table.Median(log):F0}");
    }

    /// <summary>The processor time of a server so far; that of connections that have ended is missing.</summary>
    public static double CpuSeconds(PostgresProcess server) => server.Processes.Sum(id => new ProcessFigures(id).CpuSeconds);

    private static long LogPosition(IngestSite site) => site.Store.Scalar("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint;");
}
