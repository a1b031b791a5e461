namespace TechTemp.Data.Copying;

/// <summary>What a column holds. Providers give the same value different types.</summary>
internal enum ColumnKind
{
    Number,
    Text,
    Flag,
    Real,
    Bytes,
}

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds, or NULL.</param>
internal readonly record struct CopiedColumn(string Name, ColumnKind Kind);

/// <summary>A table that is copied row by row. Readings and pages are not: they are copied by device and day.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Keys">How many of the columns are its primary key; they come first.</param>
/// <param name="Columns">All of its columns.</param>
internal sealed record CopiedTable(string Name, int Keys, IReadOnlyList<CopiedColumn> Columns)
{
    private const string DeviceId = "device_id";

    public static CopiedTable Devices { get; } = Of("devices", 1,
        "id", "uid:t", "home:t", "label:t", "model:t", "provisioned:f", "created_at", "last_seen_at", "highest_seq", "raw_from", "measures");

    public static CopiedTable Rooms { get; } = Of("rooms", 1,
        "id", "uid:t", "name:t", "floor:t", "side:t", "created_at", "comfort_temperature_min:r", "comfort_temperature_max:r", "comfort_humidity_min:r", "comfort_humidity_max:r");

    public static CopiedTable Placements { get; } = Of("placements", 1, "id", DeviceId, "room_id", "from_ts", "to_ts");

    public static CopiedTable Calibrations { get; } = Of("calibrations", 2, DeviceId, "from_ts", "temperature_offset:r", "humidity_offset:r", "more:b");

    public static CopiedTable SequenceGaps { get; } = Of("sequence_gaps", 2, DeviceId, "first", "last");

    /// <summary>Work that is not finished: the copy's processes have to finish it too.</summary>
    public static CopiedTable DeviceWork { get; } = Of("device_work", 4, DeviceId, "kind", "from_ts", "to_ts", "owner:t", "seen_at");

    public static CopiedTable BrokerSessions { get; } = Of("broker_sessions", 1, "client_id:t", "worker:t");

    /// <summary>What belongs to a device, and is copied with it.</summary>
    public static IReadOnlyList<CopiedTable> OfDevice { get; } = [Placements, Calibrations, SequenceGaps, DeviceWork];

    /// <summary>Tables that nothing refers to, and that refer to nothing.</summary>
    public static IReadOnlyList<CopiedTable> Others { get; } =
    [
        Of("rejected_messages", 1, "id", "received_at", "topic:t", "device_uid:t", "home:t", "is_held:f", "payload:b", "digest:b", "payload_size", "reason:t", "detail:t"),
        Of("held_drops", 2, "device_uid:t", "home:t", "count", "last_at"),
        Of("kept_sessions", 1, "client_id:t", "user_name:t", "subscriptions:b", "expires_at"),
        Of("kept_messages", 2, "client_id:t", "position", "publish:b", "expires_at"),
        Of("kept_retained", 1, "topic:t", "publish:b", "expires_at"),
        // Which homes the sessions at the broker are subscribed to, with the identifiers of those subscriptions.
        Of("ingest_workers", 1, "worker:t", "registered", "seen_at", "homes:t", "is_retired:f"),
        Of("ingest_homes", 2, "home:t", "worker:t", "standing", "change", "is_released:f"),
        Of("ingest_division", 1, "id", "first_worker:t", "connection", "subscription"),
    ];

    /// <summary>Tables whose rows the store numbers.</summary>
    public static IReadOnlyList<string> Numbered { get; } = ["devices", "rooms", "placements", "rejected_messages"];

    /// <summary>All tables that are copied, with those of readings.</summary>
    public static IReadOnlyList<string> AllNames { get; } =
        ["readings", "pages", "devices", "rooms", "broker_sessions", .. OfDevice.Select(table => table.Name), .. Others.Select(table => table.Name)];

    /// <summary>All columns, for SQL.</summary>
    public string ColumnNames { get; } = string.Join(", ", Columns.Select(column => $"\"{column.Name}\""));

    /// <summary>The columns of the key, for SQL.</summary>
    public string KeyNames { get; } = string.Join(", ", Columns.Take(Keys).Select(column => $"\"{column.Name}\""));

    /// <summary>The rows of a device <c>@id</c>.</summary>
    public string OfDeviceSql => $"SELECT {ColumnNames} FROM {Name} WHERE {DeviceId} = @id ORDER BY {KeyNames};";

    private static CopiedTable Of(string name, int keys, params string[] columns) => new(name, keys, [.. columns.Select(column => column.Split(':')).Select(parts => new CopiedColumn(
        parts[0], parts.ElementAtOrDefault(1) switch { "t" => ColumnKind.Text, "f" => ColumnKind.Flag, "r" => ColumnKind.Real, "b" => ColumnKind.Bytes, _ => ColumnKind.Number }))]);
}
