using Microsoft.AspNetCore.Components;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Devices;

/// <summary>What the page shows.</summary>
/// <param name="Devices">Every device.</param>
/// <param name="Rooms">Every room.</param>
/// <param name="Latest">The newest readings.</param>
public sealed record DevicesShown(IReadOnlyList<Device> Devices, IReadOnlyList<Room> Rooms, IReadOnlyList<LatestReading> Latest);

/// <summary>The devices and what can be done with them.</summary>
public sealed partial class DevicesPage
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(5);

    private IDisposable? _subscription;
    private RejectedList? _rejected;
    private string _title = "";
    private Action? _action;
    private Device? _device;
    private string? _uid;
    private bool _refreshing;

    private enum Action
    {
        Provision,
        Rename,
        Move,
        Calibrate,
        Delete,
    }

    /// <summary>What is shown; the first rendering hands it to the live one.</summary>
    [PersistentState]
    public DevicesShown? Shown { get; set; }

    /// <summary>The name of a device: its label, or its uid.</summary>
    internal static string Name(Device device) => device is { Provisioned: true, Label: { } label } ? label : device.Uid;

    protected override async Task OnInitializedAsync()
    {
        if (Shown is null)
        {
            await RefreshAsync();
        }
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            // A device that nobody knew is there at once; ages and states follow every few seconds.
            _subscription = Feed.Subscribe(reading =>
            {
                if (Shown?.Devices.Any(d => d.Uid == reading.DeviceId) != true)
                {
                    InvokeAsync(RefreshAsync);
                }
            });
            _ = EveryAsync(s_refresh, _ => RefreshAsync());
        }
    }

    protected override void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        base.Dispose(disposing);
    }

    private async Task RefreshAsync()
    {
        if (_refreshing)
        {
            return;
        }

        _refreshing = true;
        await AskAsync(async () => Shown = new(await Api.DevicesAsync(Gone), await Api.RoomsAsync(Gone), await Api.LatestAsync(Gone)));
        if (_rejected is not null)
        {
            await _rejected.RefreshAsync();
        }

        _refreshing = false;
        StateHasChanged();
    }

    private void Show(Action action, Device? device, string? uid = null)
    {
        (_action, _device, _uid) = (action, device, uid);
        _title = (device is null ? uid : Name(device)) is { } name ? T($"Devices.{action}Of", name) : T("Devices.Add");
    }

    private void Close() => (_action, _device, _uid) = (null, null, null);

    private async Task DoneAsync(string message)
    {
        Close();
        Toasts.Done(message);
        await RefreshAsync();
    }

    private string Latest(Device device)
    {
        var reading = Shown!.Latest.FirstOrDefault(r => r.DeviceId == device.Uid);
        return reading is null
            ? T("Devices.NeverSeen")
            : $"{Viewer.Temperature(reading.Temperature)} · {Viewer.Humidity(reading.Humidity)} · {Viewer.Ago(reading.Ts)}";
    }
}
