using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Sqlite.Import;

/// <summary>
/// Takes over the SQLite file of the Node.js server that was before: rooms, devices, where these stood and when, and years of
/// readings, by the rules and the writer that all readings go through. Whatever runs may go on meanwhile, and whatever was taken over before is
/// a duplicate: an import that was cut off is run again.
/// </summary>
public sealed class OldServerImport(StoreConnections connections, StoreSchema schema, ReadingWriter writer, IServiceScopeFactory scopes, TimeProvider time)
{
    // The write lock is held for some hundredths of a second.
    private const int RowsPerBatch = 2_000;
    private const int RowsPerReport = 100_000;

    /// <summary>Takes over a file. It is only read.</summary>
    /// <param name="file">The old server's file.</param>
    /// <param name="progress">Hears a line after every 100,000 readings.</param>
    /// <param name="cancellationToken">Gives up between two batches.</param>
    /// <returns>What was taken over and what was not, in some lines.</returns>
    /// <exception cref="StoreException">The file is not the old server's, and nothing was written; or the store failed half-way.</exception>
    public async Task<string> ImportAsync(string file, Action<string> progress, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var old = OldServerFile.Open(file);
        schema.Migrate();
        try
        {
            var refusals = new ImportRefusals();
            using var scope = scopes.CreateScope();
            var household = await scope.ServiceProvider.GetRequiredService<OldServerHousehold>().TakeOverAsync(old, refusals, cancellationToken);
            var (rows, stored, duplicates) = await ReadingsAsync(old, household.DeviceUids, refusals, progress, cancellationToken);
            var report = new StringBuilder();
            report.Append(CultureInfo.InvariantCulture, $"Imported '{old.Path}' into '{connections.Path}' in {time.GetElapsedTime(start).TotalSeconds:N1} s.");
            report.Append(CultureInfo.InvariantCulture, $"\nRooms: {household.Rooms.Found} ({household.Rooms.New} new). ");
            report.Append(CultureInfo.InvariantCulture, $"Devices: {household.Devices.Found} ({household.Devices.New} new). ");
            report.Append(CultureInfo.InvariantCulture, $"Placements: {household.Placements.Found} ({household.Placements.New} new).");
            report.Append(CultureInfo.InvariantCulture, $"\nReadings: {rows:N0}: {stored:N0} stored, {duplicates:N0} duplicates, {rows - stored - duplicates:N0} not taken over.");
            refusals.WriteTo(report);
            return report.ToString();
        }
        catch (SqliteStoreException e) when (e.Code == SQLitePCL.raw.SQLITE_INTERRUPT)
        {
            throw new StoreException($"'{old.Path}' takes too long to read one row. It is not the Node.js server's file, or a damaged one.", e);
        }
        catch (Exception e) when (e is StoreException or DbUpdateException)
        {
            throw new StoreException(
                $"The import into '{connections.Path}' broke off: {e.GetBaseException().Message} What was stored is right and stays; run it again for the rest.", e);
        }
    }

    private async Task<(long Rows, long Stored, long Duplicates)> ReadingsAsync(
        OldServerFile old, IReadOnlyDictionary<string, string> deviceUids, ImportRefusals refusals, Action<string> progress, CancellationToken cancellationToken)
    {
        var pace = new BulkPace(time);
        var total = old.CountReadings();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long rows = 0, stored = 0, duplicates = 0;
        foreach (var batch in old.Readings().Chunk(RowsPerBatch))
        {
            var messages = new List<IncomingMessage>(batch.Length);
            var sent = new List<OldReading>(batch.Length);
            foreach (var row in batch)
            {
                if (Read(row, deviceUids, now, out var message) is { } wrong)
                {
                    refusals.Add(wrong, Describe(row, deviceUids));
                }
                else
                {
                    messages.Add(message!);
                    sent.Add(row);
                }
            }

            await pace.NextAsync(cancellationToken);
            var result = await writer.WriteAsync(messages, cancellationToken);
            pace.Done(result.OthersWrote);
            var outcomes = result.Outcomes;
            for (var i = 0; i < outcomes.Count; i++)
            {
                stored += outcomes[i].Kind == OutcomeKind.Stored ? 1 : 0;
                duplicates += outcomes[i].Kind == OutcomeKind.Duplicate ? 1 : 0;
                // A null may have been a 0 and may have been nothing: the old server wrote both so, and nobody can tell them apart.
                if (outcomes[i].Kind != OutcomeKind.Rejected && (sent[i].Temperature is null || sent[i].Humidity is null))
                {
                    refusals.Add("a temperature or humidity that is null (the old server stored 0 like that too); the rest of its reading is taken over", Describe(sent[i], deviceUids));
                }

                if (outcomes[i].Rejection is { } rejection)
                {
                    refusals.Add($"a reading, {rejection.Reason}", $"{Describe(sent[i], deviceUids)}: {rejection.Detail}");
                }
            }

            var before = rows;
            rows += batch.Length;
            if (rows / RowsPerReport > before / RowsPerReport)
            {
                progress(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} of {total:N0} readings"));
            }
        }

        return (rows, stored, duplicates);
    }

    /// <summary>Makes a message of a row.</summary>
    /// <returns>Why there is none; null when there is, and the rules of a reading are for the writer to say.</returns>
    private static string? Read(in OldReading row, IReadOnlyDictionary<string, string> deviceUids, long now, out IncomingMessage? message)
    {
        message = null;
        if (row.DeviceKey is null || !deviceUids.TryGetValue(row.DeviceKey, out var uid))
        {
            return "a reading of a device that is not there";
        }

        if (OldServerTime.Parse(row.Ts) is not { } ts)
        {
            return "a reading whose ts is no time";
        }

        if (row.Temperature is null && row.Humidity is null)
        {
            return "a reading without temperature and humidity";
        }

        if (Number(row.Temperature) is null && row.Temperature is not null || Number(row.Humidity) is null && row.Humidity is not null)
        {
            return "a reading whose temperature or humidity is no number";
        }

        message = IncomingMessage.FromMeasurement(uid, new(ts, Number(row.Temperature), Number(row.Humidity)), now, Source(row.Source));
        return null;
    }

    private static double? Number(object? value) => value switch
    {
        double number => number,
        long number => number,
        _ => null,
    };

    // What has no name, or one that we do not know, came over MQTT: the old server had no other way in.
    private static ReadingSource Source(string? source) => source?.ToLowerInvariant() switch
    {
        "http" or "api" => ReadingSource.Http,
        "simulated" or "simulator" => ReadingSource.Simulated,
        _ => ReadingSource.Mqtt,
    };

    private static string Describe(in OldReading row, IReadOnlyDictionary<string, string> deviceUids) => string.Create(
        CultureInfo.InvariantCulture,
        $"row {row.Row} of readings_raw ({(row.DeviceKey is null ? null : deviceUids.GetValueOrDefault(row.DeviceKey, row.DeviceKey))}, {row.Ts}, {row.Temperature ?? "null"} °C, {row.Humidity ?? "null"} %)");
}
