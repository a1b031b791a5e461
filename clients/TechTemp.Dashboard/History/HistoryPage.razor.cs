using Microsoft.AspNetCore.Components;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;

namespace TechTemp.Dashboard.History;

/// <summary>Several rooms and sensors over a time. The address bar is its only state: what is chosen is navigated to.</summary>
public sealed partial class HistoryPage
{
    /// <summary>What the list's parameters begin with: a room and a device are what is shown.</summary>
    internal const string FindPrefix = "find-";

    // What history.js imports.
    private static readonly string[] s_modules = ["history-series", "plot", "time-ticks"];
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(10);

    private HistoryView _view = HistoryView.Parse(null, null, null, null, null, null);
    private FleetQuery _find = new();
    private string? _loaded;
    private IReadOnlyList<HistorySource> _shown = [];
    private HashSet<string> _newest = [];
    private (DateTimeOffset From, DateTimeOffset To) _range;
    private HistoryData? _data;
    private HistoryChart? _chart;
    private HistoryLoader _loader = null!;
    private CancellationTokenSource _load = new();
    private readonly CancellationTokenSource _gone = new();
    private ITimer? _timer;
    private IDisposable? _subscription;
    private string? _failed;
    private int _bandOf = 1;
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

    [SupplyParameterFromQuery(Name = $"{FindPrefix}search")]
    private string? FindSearch { get; set; }

    [SupplyParameterFromQuery(Name = $"{FindPrefix}home")]
    private string? FindHome { get; set; }

    [SupplyParameterFromQuery(Name = $"{FindPrefix}room")]
    private string? FindRoom { get; set; }

    [SupplyParameterFromQuery(Name = $"{FindPrefix}status")]
    private string? FindStatus { get; set; }

    [SupplyParameterFromQuery(Name = $"{FindPrefix}sort")]
    private string? FindSort { get; set; }

    [SupplyParameterFromQuery(Name = $"{FindPrefix}order")]
    private string? FindOrder { get; set; }

    [Inject]
    private ApiClient Api { get; set; } = null!;

    [Inject]
    private Quantities Quantities { get; set; } = null!;

    [Inject]
    private Fleet Fleet { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new(Api, Quantities, Viewer);
    }

    protected override async Task OnInitializedAsync()
    {
        try
        {
            await Fleet.EnsureAsync(_gone.Token);
        }
        catch (OperationCanceledException)
        {
            // The visitor has gone.
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        _view = HistoryView.Parse(RoomUids, DeviceUids, Measure, Period, FromText, ToText);
        _find = FleetQuery.Parse(FindSearch, FindHome, FindRoom, FindStatus, FindSort, FindOrder, null);
        _range = _view.Range(Time.GetUtcNow());
        if (_width == 0 && Fleet.Loaded)
        {
            // In the first rendering already: what comes later would push the chart down.
            Choose();
        }

        // What somebody looks for in the list changes nothing in the chart.
        if (_width > 0 && _view.Address() != _loaded)
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
        _subscription?.Dispose();
        _isGone = true;
        _gone.Cancel();
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
        await Fleet.EnsureAsync(_gone.Token);
        _subscription ??= Fleet.Subscribe(change =>
        {
            if (change.Listed)
            {
                InvokeAsync(ListedAsync);
            }
        });
        await ListedAsync();
    }

    // The first devices are there, or others than before.
    private async Task ListedAsync()
    {
        if (_isGone)
        {
            return;
        }

        _failed = _data is null ? Fleet.Error : _failed;
        _busy &= Fleet.Error is null;
        if (Fleet.Loaded && (_data is null || _shown.Count == 0))
        {
            await LoadAsync();
        }
        else
        {
            StateHasChanged();
        }
    }

    // A period that ends now goes on: a short one as readings come, a long one as its buckets fill.
    private Task RefreshAsync()
    {
        var due = _data is { } data && Time.GetUtcNow() - data.To > (data.To - data.From) / 400;
        return _view.Period is not null && due && !_busy && _failed is null ? LoadAsync() : Task.CompletedTask;
    }

    private async Task LoadAsync()
    {
        // The browser may report a width just as the visitor goes to another page.
        if (!Fleet.Loaded || _isGone)
        {
            return;
        }

        await _load.CancelAsync();
        _load = new();
        var stop = _load.Token;
        Choose();
        _loaded = _view.Address();
        _range = _view.Range(Time.GetUtcNow());
        _busy = true;
        StateHasChanged();
        try
        {
            var data = await _loader.LoadAsync(_view, _shown, _newest, Time.GetUtcNow(), _width, stop);
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

    private void Choose()
    {
        var chosen = Chosen();
        _shown = [.. HistorySource.Of(Fleet, chosen.Rooms, chosen.Devices).Take(HistoryView.MostSources)];
        _newest = HistorySource.NewestNames(Fleet, _shown);
    }

    // What was measured in the range; until that is known, or where it is nothing, what the newest readings have.
    private HistoryMeasures Measures => HistoryMeasures.Of(Quantities.All, _data?.Measured ?? [], _newest, _view.Measure);

    // Temperature is what is shown without a choice, where it was measured; where it was not, it is not offered.
    private void GoTo(string measure) => Go(_view with { Measure = measure == Quantity.TemperatureKey ? null : measure });

    // Without a choice: the rooms, or where there are none the sensors.
    private HistoryView Chosen()
    {
        if (_view.Rooms.Count + _view.Devices.Count > 0)
        {
            return _view;
        }

        var rooms = Fleet.Rooms.Take(6).Select(r => r.Uid).ToList();
        return rooms.Count > 0 ? _view with { Rooms = rooms } : _view with { Devices = [.. HistorySource.Find(Fleet, new()).Take(6).Select(s => s.Uid)] };
    }

    private void Go(HistoryView view) => Navigation.NavigateTo(view.Address() + _find.Suffix(FindPrefix));

    private bool IsEmpty => Fleet is { Loaded: true, Count: 0, Rooms.Count: 0 };

    private string Caption() => T(
        "History.Caption",
        Viewer.Name(Measures.Shown),
        Viewer.Moment(_range.From),
        Viewer.Moment(_range.To),
        _data is null ? T("Shell.Loading") : T($"History.Cut-{_data.Cut.Bucket}"));

    private string WhyEmpty(HistoryData data) =>
        _shown.Count == 0 ? T("History.NoneChosen") : data.Measured.Count > 0 ? T("History.NotMeasured", Viewer.Name(data.Quantity)) : T("History.NoReadings");

    private string Link(HistorySource source, HistoryData data, string bucket) => HistoryDownload.Address(source, data.From, data.To, bucket, Viewer.ZoneName);
}
