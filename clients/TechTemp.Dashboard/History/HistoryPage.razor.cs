using Microsoft.AspNetCore.Components;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.History;

/// <summary>Several rooms and sensors over a time. The address bar is its only state: what is chosen is navigated to.</summary>
public sealed partial class HistoryPage
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(10);

    private HistoryView _view = HistoryView.Parse(null, null, null, null, null, null);
    private IReadOnlyList<HistorySource>? _sources;
    private IReadOnlyList<HistorySource> _shown = [];
    private (DateTimeOffset From, DateTimeOffset To) _range;
    private HistoryData? _data;
    private HistoryChart? _chart;
    private HistoryLoader _loader = null!;
    private CancellationTokenSource _load = new();
    private ITimer? _timer;
    private string? _failed;
    private bool _busy = true;
    private bool _isGone;
    private int _width;

    [SupplyParameterFromQuery(Name = "room")]
    private string[]? RoomUids { get; set; }

    [SupplyParameterFromQuery(Name = "device")]
    private string[]? DeviceUids { get; set; }

    [SupplyParameterFromQuery(Name = "measure")]
    private string? Measure { get; set; }

    [SupplyParameterFromQuery(Name = "period")]
    private string? Period { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? FromText { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? ToText { get; set; }

    [Inject]
    private ApiClient Api { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new(Api, Viewer);
    }

    protected override async Task OnParametersSetAsync()
    {
        _view = HistoryView.Parse(RoomUids, DeviceUids, Measure, Period, FromText, ToText);
        _range = _view.Range(Time.GetUtcNow());
        if (_width > 0)
        {
            await LoadAsync();
        }
    }

    // The unit or the zone has changed.
    protected override void OnViewerChanged() => InvokeAsync(async () =>
    {
        StateHasChanged();
        if (_width > 0)
        {
            await LoadAsync();
        }
    });

    protected override void Dispose(bool disposing)
    {
        _timer?.Dispose();
        _isGone = true;
        _load.Cancel();
        base.Dispose(disposing);
    }

    // The chart is there: before, nothing is worth fetching.
    private async Task WidthAsync(int width)
    {
        var before = _width;
        _width = width;
        if (before == 0 && !_isGone)
        {
            _timer = Time.CreateTimer(_ => InvokeAsync(RefreshAsync), null, s_refresh, s_refresh);
            await StartAsync();
        }
        else if (_data is { } data && HistoryCut.For(data.To - data.From, before) != HistoryCut.For(data.To - data.From, width))
        {
            await LoadAsync();
        }
    }

    private async Task StartAsync()
    {
        _failed = null;
        try
        {
            var rooms = await Api.RoomsAsync();
            var devices = await Api.DevicesAsync();
            _sources =
            [
                .. rooms.Select(r => new HistorySource(true, r.Uid, r.Name)),
                .. devices.Select(d => new HistorySource(false, d.Uid, d.Provisioned && d.Label is not null ? d.Label : d.Uid)),
            ];
        }
        catch (ApiException e)
        {
            _failed = e.Message;
            _busy = false;
            return;
        }

        await LoadAsync();
    }

    // A period that ends now goes on: a short one as readings come, a long one as its buckets fill.
    private Task RefreshAsync()
    {
        if (_sources is { Count: 0 })
        {
            return StartAsync();
        }

        var due = _data is { } data && Time.GetUtcNow() - data.To > (data.To - data.From) / 400;
        return _view.Period is not null && due && !_busy && _failed is null ? LoadAsync() : Task.CompletedTask;
    }

    private async Task LoadAsync()
    {
        // The browser may report a width just as the visitor goes to another page.
        if (_sources is null || _isGone)
        {
            return;
        }

        await _load.CancelAsync();
        _load = new();
        var stop = _load.Token;
        var chosen = Chosen();
        _shown = [.. _sources.Where(chosen.Shows).Take(HistoryView.MostSources)];
        _range = _view.Range(Time.GetUtcNow());
        _busy = true;
        StateHasChanged();
        try
        {
            var data = await _loader.LoadAsync(_view, _shown, Time.GetUtcNow(), _width, stop);
            if (!stop.IsCancellationRequested)
            {
                (_data, _failed, _busy) = (data, null, false);
            }
        }
        catch (ApiException e) when (!stop.IsCancellationRequested)
        {
            (_failed, _busy) = (e.Message, false);
        }
        catch (Exception e) when (e is OperationCanceledException or ApiException)
        {
            // Another view is being fetched.
        }

        if (!stop.IsCancellationRequested)
        {
            StateHasChanged();
        }
    }

    // Without a choice: the rooms, or where there are none the sensors.
    private HistoryView Chosen()
    {
        if (_view.Rooms.Count + _view.Devices.Count > 0 || _sources is null)
        {
            return _view;
        }

        var rooms = _sources.Where(s => s.IsRoom).Take(6).Select(s => s.Uid).ToList();
        return rooms.Count > 0 ? _view with { Rooms = rooms } : _view with { Devices = [.. _sources.Take(6).Select(s => s.Uid)] };
    }

    private void Go(HistoryView view) => Navigation.NavigateTo(view.Address());

    private string Caption() => T(
        "History.Caption",
        T(_view.Humidity ? "History.Humidity" : "History.Temperature"),
        Viewer.Moment(_range.From),
        Viewer.Moment(_range.To),
        _data is null ? T("Shell.Loading") : T($"History.Cut-{_data.Cut.Bucket}"));

    private string Link(HistorySource source, HistoryData data, string bucket) => HistoryDownload.Address(source, data.From, data.To, bucket, Viewer.ZoneName);
}
