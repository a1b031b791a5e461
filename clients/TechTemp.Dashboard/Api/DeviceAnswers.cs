using System.Text.Json.Serialization;

namespace TechTemp.Dashboard.Api;

/// <summary>A device's stay in a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="From">First moment in it.</param>
/// <param name="To">First moment no longer in it; null while the device stands there.</param>
public sealed record Placement(RoomName Room, DateTimeOffset From, DateTimeOffset? To);

/// <summary>What is added to a device's readings, and since when.</summary>
/// <param name="From">First moment that it holds for.</param>
/// <param name="Offsets">What is added to each quantity, by <see cref="Quantity.OffsetKey"/>; °C, percentage points or the quantity's unit.</param>
[JsonConverter(typeof(Converter))]
public sealed record Calibration(DateTimeOffset From, Measured Offsets)
{
    private sealed class Converter : MeasuredConverter<Calibration>
    {
        protected override Calibration Make(MeasuredFields fields) => new(fields.Time, new(fields.Numbers));
    }
}

/// <summary>A calibration to be saved.</summary>
/// <param name="From">First moment that it holds for.</param>
/// <param name="Offsets">What to add to each quantity, by <see cref="Quantity.OffsetKey"/>.</param>
public sealed record CalibrationRequest(DateTimeOffset? From, IReadOnlyDictionary<string, double> Offsets);

/// <summary>A message that was refused.</summary>
/// <param name="Id">For replaying it.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Topic">On which topic.</param>
/// <param name="DeviceId">From which device; null when the topic does not say.</param>
/// <param name="Reason">Why it was refused, for programs.</param>
/// <param name="Detail">The field and the rule.</param>
/// <param name="Payload">What was sent; null when it is not text.</param>
/// <param name="PayloadBase64">What was sent, when it is not text.</param>
/// <param name="PayloadSize">How long it was, bytes.</param>
public sealed record RejectedMessage(
    long Id, DateTimeOffset ReceivedAt, string Topic, string? DeviceId, string Reason, string Detail, string? Payload, string? PayloadBase64, int PayloadSize);

/// <summary>One page of rejected messages.</summary>
/// <param name="Data">The page, newest first.</param>
/// <param name="NextCursor">For the next page; null on the last one.</param>
public sealed record RejectedPage(IReadOnlyList<RejectedMessage> Data, string? NextCursor);

/// <summary>What became of a message that was tried again.</summary>
/// <param name="Id">The message.</param>
/// <param name="Outcome">stored, duplicate or rejected.</param>
/// <param name="Reason">Why it was refused again.</param>
/// <param name="Detail">The field and the rule.</param>
public sealed record Replay(long Id, string Outcome, string? Reason, string? Detail);

/// <summary>A device that is given its place.</summary>
/// <param name="DeviceUid">Its uid.</param>
/// <param name="RoomName">The room's name, for a new one.</param>
/// <param name="RoomUid">The room's uid, for one that there is.</param>
/// <param name="Label">What people call the device.</param>
/// <param name="Model">The hardware.</param>
public sealed record NewDevice(string DeviceUid, string? RoomName, string? RoomUid, string? Label, string? Model);

/// <summary>How many readings there are, and between which moments.</summary>
/// <param name="Count">How many.</param>
/// <param name="First">Start of the day of the oldest one; null when there are none.</param>
public sealed record ReadingCount(long Count, DateTimeOffset? First);

/// <summary>What the page Devices asks for and changes.</summary>
public sealed partial class ApiClient
{
    /// <summary>The rooms that a device has stood in, newest first.</summary>
    public Task<IReadOnlyList<Placement>> PlacementsAsync(string uid, CancellationToken cancellationToken = default) =>
        DataAsync<IReadOnlyList<Placement>>($"{DevicePath(uid)}/placements", cancellationToken);

    /// <summary>A device's calibrations, newest first.</summary>
    public Task<IReadOnlyList<Calibration>> CalibrationsAsync(string uid, CancellationToken cancellationToken = default) =>
        DataAsync<IReadOnlyList<Calibration>>($"{DevicePath(uid)}/calibrations", cancellationToken);

    /// <summary>Replaces all calibrations of a device.</summary>
    public Task CalibrateAsync(string uid, IEnumerable<CalibrationRequest> calibrations, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Put, $"{DevicePath(uid)}/calibrations", new { Calibrations = calibrations.Select(Body) }, cancellationToken);

    /// <summary>Gives a device its place.</summary>
    public Task ProvisionAsync(NewDevice device, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Post, "/api/v1/devices", device, cancellationToken);

    /// <summary>Changes what people call a device; null for nothing.</summary>
    public Task RenameAsync(string uid, string? label, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Put, DevicePath(uid), new { Label = label }, cancellationToken);

    /// <summary>Moves a device to a room.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="roomName">The room's name, for a new one.</param>
    /// <param name="roomUid">The room's uid, for one that there is.</param>
    /// <param name="movedAt">Since when; null for now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task MoveAsync(string uid, string? roomName, string? roomUid, DateTimeOffset? movedAt, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Put, DevicePath(uid), new { RoomName = roomName, RoomUid = roomUid, MovedAt = movedAt }, cancellationToken);

    /// <summary>Deletes a device.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="withReadings">Whether its readings may go with it; without it a device with readings stays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task DeleteDeviceAsync(string uid, bool withReadings, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Delete, DevicePath(uid) + (withReadings ? "?readings=delete" : ""), null, cancellationToken);

    /// <summary>How many readings a device has, of all times or between two moments, both included.</summary>
    public async Task<ReadingCount> CountAsync(string uid, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken cancellationToken = default)
    {
        var range = (from is { } first ? $"&from={Time(first)}" : "") + (to is { } last ? $"&to={Time(last)}" : "");
        // Ten thousand days fit into one page: more than there are since 2000, before which no reading is.
        var days = await DataAsync<IReadOnlyList<Bucket>>($"{DevicePath(uid)}/readings?bucket=day{range}", cancellationToken);
        return new(days.Sum(d => d.Count), days.Count == 0 ? null : days[^1].Ts);
    }

    /// <summary>Refused messages, newest first.</summary>
    public Task<RejectedPage> RejectedAsync(string? reason, string? cursor, int limit, CancellationToken cancellationToken = default) =>
        SendAsync<RejectedPage>(
            HttpMethod.Get,
            $"/api/v1/rejected?limit={limit}{(reason is null ? "" : $"&reason={Uri.EscapeDataString(reason)}")}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}",
            null,
            cancellationToken);

    /// <summary>Tries a refused message again.</summary>
    public async Task<Replay> ReplayAsync(long id, CancellationToken cancellationToken = default) =>
        (await SendAsync<Envelope<Replay>>(HttpMethod.Post, $"/api/v1/rejected/{id}/replay", null, cancellationToken)).Data;

    /// <summary>Forgets a refused message.</summary>
    public Task DiscardAsync(long id, CancellationToken cancellationToken = default) => SendAsync<object>(HttpMethod.Delete, $"/api/v1/rejected/{id}", null, cancellationToken);

    /// <summary>Forgets the refused messages of a reason.</summary>
    /// <returns>How many.</returns>
    public async Task<int> DiscardAsync(string reason, CancellationToken cancellationToken = default) =>
        (await SendAsync<Envelope<Discarding>>(HttpMethod.Delete, $"/api/v1/rejected?reason={Uri.EscapeDataString(reason)}", null, cancellationToken)).Data.Discarded;

    /// <summary>Removes a device's readings of an interval, both ends included.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RemoveReadingsAsync(string uid, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        (await SendAsync<Envelope<Removed>>(HttpMethod.Delete, $"{DevicePath(uid)}/readings?from={Time(from)}&to={Time(to)}", null, cancellationToken)).Data.Deleted;

    /// <summary>Changes a room's name and limits of comfort; null for the default limits.</summary>
    public Task ChangeRoomAsync(string uid, string? name, RoomComfort? comfort, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Put, RoomPath(uid), new { Name = name, Comfort = comfort }, cancellationToken);

    /// <summary>Makes a room part of another one.</summary>
    public Task MergeRoomAsync(string uid, string into, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Post, $"{RoomPath(uid)}/merge", new { Into = into }, cancellationToken);

    /// <summary>Deletes a room that no device stands or stood in.</summary>
    public Task DeleteRoomAsync(string uid, CancellationToken cancellationToken = default) =>
        SendAsync<object>(HttpMethod.Delete, RoomPath(uid), null, cancellationToken);

    private static Dictionary<string, object?> Body(CalibrationRequest calibration) =>
        new(calibration.Offsets.Select(o => new KeyValuePair<string, object?>(o.Key, o.Value))) { ["from"] = calibration.From };

    private sealed record Discarding(int Discarded);

    private sealed record Removed(int Deleted);

    private static string RoomPath(string uid) => $"/api/v1/rooms/{Uri.EscapeDataString(uid)}";

    private static string DevicePath(string uid) => $"/api/v1/devices/{Uri.EscapeDataString(uid)}";
}
