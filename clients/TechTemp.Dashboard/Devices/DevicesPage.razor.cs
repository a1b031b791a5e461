using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;
using TechTemp.Dashboard.Parts;

namespace TechTemp.Dashboard.Devices;

/// <summary>What can be done with a device.</summary>
public enum DeviceAction
{
    /// <summary>Give it a place.</summary>
    Provision,

    /// <summary>Change its label.</summary>
    Rename,

    /// <summary>Move it to another room.</summary>
    Move,

    /// <summary>Change its offsets.</summary>
    Calibrate,

    /// <summary>Remove some of its readings.</summary>
    Remove,

    /// <summary>Delete it.</summary>
    Delete,
}

/// <summary>The devices and what can be done with them.</summary>
public sealed partial class DevicesPage
{
    /// <summary>How many devices a page has: full rows of two, three, four or six.</summary>
    internal const int PageSize = 48;

    private const int WaitingStep = 20;

    private static readonly (DeviceAction Action, string Icon, string Text)[] s_actions =
    [
        (DeviceAction.Rename, "edit", "Devices.Rename"),
        (DeviceAction.Move, "move", "Devices.Move"),
        (DeviceAction.Calibrate, "calibrate", "Devices.Calibrate"),
        (DeviceAction.Remove, "cut", "Devices.RemoveReadings"),
        (DeviceAction.Delete, "delete", "Devices.Delete"),
    ];

    private IReadOnlyList<Sensor> _waiting = [];
    private IReadOnlyList<Sensor> _placed = [];
    private int _placedCount;
    private int _found;
    private int _page = 1;
    private int _pages = 1;
    private int _waitingShown = WaitingStep;
    private RejectedList? _rejected;
    private string _title = "";
    private string? _keep;
    private DeviceAction? _action;
    private Device? _device;
    private string? _uid;
    private IReadOnlyDictionary<string, string>? _kept;
    private Room? _room;
    private RoomAction _roomAction;

    // The history leads here with what is in its chart.
    [SupplyParameterFromQuery(Name = "remove")]
    private string? RemoveUid { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private DateTime? RemoveFromTime { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private DateTime? RemoveToTime { get; set; }

    private DateTimeOffset? RemoveFrom => RemoveFromTime is { } time ? new(time.ToUniversalTime(), TimeSpan.Zero) : null;

    private DateTimeOffset? RemoveTo => RemoveToTime is { } time ? new(time.ToUniversalTime(), TimeSpan.Zero) : null;

    protected override Task ArrangeAsync(bool afresh)
    {
        var found = Query.Ordered(
            Fleet.Sensors.Where(Query.Filter()),
            // By room, where names decide: who stands together is listed together.
            s => Query.Sort == FleetSort.Name ? $"{s.Device.Room?.Name ?? "\uffff"}\n{s.Name}" : s.Name,
            s => s.Latest is { } r ? (r.Temperature, r.Humidity, r.Ts) : null,
            s => s.Status).ToList();
        var placed = found.Where(s => s.Device.Provisioned).ToList();
        _waiting = [.. found.Where(s => !s.Device.Provisioned)];
        (_found, _placedCount, _pages) = (found.Count, placed.Count, Math.Max(1, (placed.Count + PageSize - 1) / PageSize));
        _page = Math.Min(Query.Page, _pages);
        _placed = [.. placed.Skip((_page - 1) * PageSize).Take(PageSize)];
        return Task.CompletedTask;
    }

    protected override bool Renew(FleetChange change)
    {
        if (!_placed.Concat(_waiting.Take(_waitingShown)).Any(s => change.Uids.Contains(s.Device.Uid)))
        {
            return false;
        }

        (_placed, _waiting) = (Renewed(_placed), Renewed(_waiting));
        return true;

        IReadOnlyList<Sensor> Renewed(IReadOnlyList<Sensor> sensors) => [.. sensors.Select(s => change.Uids.Contains(s.Device.Uid) ? Fleet.Find(s.Device.Uid) ?? s : s)];
    }

    protected override async Task TickAsync(int tick)
    {
        await ArrangeAsync(afresh: false);
        if (_rejected is not null)
        {
            await _rejected.RefreshAsync();
        }

        StateHasChanged();
    }

    // A dialog that was open when the page was loaded again is opened again, with what was written in it.
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && RemoveUid is not null && Fleet.Find(RemoveUid) is { } asked)
        {
            Show(DeviceAction.Remove, asked.Device);
            StateHasChanged();
            return;
        }

        if (!firstRender || await Script.InvokeAsync<string?>("techtemp.kept") is not { } text || JsonSerializer.Deserialize<Kept>(text, JsonSerializerOptions.Web) is not { } kept)
        {
            return;
        }

        var (name, uid) = kept.Key.Split(':', 2) is [var first, var second] ? (first, second) : (kept.Key, "");
        if (Enum.TryParse<RoomAction>(name, out var roomAction) && Fleet.Rooms.FirstOrDefault(r => r.Uid == uid) is { } room)
        {
            Show(roomAction, room);
            _kept = kept.Values;
            StateHasChanged();
        }
        else if (Enum.TryParse<DeviceAction>(name, out var action))
        {
            var device = Fleet.Find(uid)?.Device;
            if (device is not null || action == DeviceAction.Provision)
            {
                Show(action, device, uid.Length > 0 && device is null ? uid : null);
                _kept = kept.Values;
                StateHasChanged();
            }
        }
    }

    private void Show(DeviceAction action, Device? device, string? uid = null)
    {
        (_action, _device, _uid, _kept) = (action, device, uid, null);
        _keep = $"{action}:{device?.Uid ?? uid}";
        _title = (device is null ? uid : NameOf(device)) is { } name ? T($"Devices.{action}Of", name) : T("Devices.Add");
    }

    private void Show(RoomAction action, Room room)
    {
        (_room, _roomAction, _action, _kept) = (room, action, null, null);
        _keep = $"{action}:{room.Uid}";
        _title = T(action == RoomAction.MergeRoom ? "Devices.MergeRoomOf" : action == RoomAction.EditRoom ? "Devices.EditRoomOf" : "Devices.DeleteOf", room.Name);
    }

    private void Close() => (_action, _device, _uid, _kept, _room) = (null, null, null, null, null);

    private async Task DoneAsync(DeviceDone done)
    {
        Close();
        Toasts.Done(done.Message);
        await (done.Uid.Length == 0 ? Fleet.RefreshAsync() : Fleet.UpdateAsync(done.Uid));
        await TickAsync(0);
    }

    private static string NameOf(Device device) => new Sensor(device, null).Name;

    private sealed record Kept(string Key, Dictionary<string, string> Values);
}
