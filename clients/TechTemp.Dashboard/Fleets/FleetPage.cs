using Microsoft.AspNetCore.Components;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Fleets;

/// <summary>A page that lists what somebody looks for among the devices, and keeps it current.</summary>
public abstract class FleetPage : AskingPage
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(5);
    private IDisposable? _subscription;

    /// <summary>The devices.</summary>
    [Inject]
    protected Fleet Fleet { get; private set; } = null!;

    /// <summary>What is looked for.</summary>
    protected FleetQuery Query { get; private set; } = new();

    [SupplyParameterFromQuery(Name = "search")]
    private string? SearchText { get; set; }

    [SupplyParameterFromQuery(Name = "home")]
    private string? HomeText { get; set; }

    [SupplyParameterFromQuery(Name = "room")]
    private string? RoomText { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? StatusText { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortText { get; set; }

    [SupplyParameterFromQuery(Name = "order")]
    private string? OrderText { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private string? PageText { get; set; }

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        try
        {
            await Fleet.EnsureAsync(Gone);
        }
        catch (OperationCanceledException)
        {
            // The visitor has gone.
        }
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        Query = FleetQuery.Parse(SearchText, HomeText, RoomText, StatusText, SortText, OrderText, PageText);
        await ArrangeAsync(afresh: true);
    }

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            // Not while prerendering: that visit ends at once.
            _subscription = Fleet.Subscribe(change => InvokeAsync(() => ChangedAsync(change)));
            _ = EveryAsync(s_tick, TickAsync);
        }
    }

    /// <summary>Rebuilds the list.</summary>
    /// <param name="afresh">Whether something else is looked for, or everything may have changed; else the same list is brought up to date.</param>
    protected abstract Task ArrangeAsync(bool afresh);

    /// <summary>Brings what is shown up to date, without another list.</summary>
    /// <returns>Whether something that is shown has changed.</returns>
    protected abstract bool Renew(FleetChange change);

    /// <summary>Something is done every five seconds.</summary>
    protected virtual Task TickAsync(int tick) => RearrangeAsync(afresh: false);

    /// <summary>Rebuilds the list and shows it: at once, and again when it is complete.</summary>
    protected async Task RearrangeAsync(bool afresh)
    {
        var arranging = ArrangeAsync(afresh);
        StateHasChanged();
        if (!arranging.IsCompletedSuccessfully)
        {
            await arranging;
            StateHasChanged();
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        base.Dispose(disposing);
    }

    private async Task ChangedAsync(FleetChange change)
    {
        if (change.Listed)
        {
            await RearrangeAsync(afresh: false);
        }
        else if (Renew(change))
        {
            StateHasChanged();
        }
    }
}
