using Microsoft.AspNetCore.Components;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Devices;

/// <summary>A device was changed.</summary>
/// <param name="Uid">The device.</param>
/// <param name="Message">What to tell.</param>
public sealed record DeviceDone(string Uid, string Message);

/// <summary>A form in a dialog that changes something through the API, and shows what the API says about each field.</summary>
public abstract class DeviceForm : ViewerComponent
{
    private const int MostSuggestions = 300;

    private ApiException? _problem;

    /// <summary>It is done.</summary>
    [Parameter]
    public EventCallback<DeviceDone> Done { get; set; }

    /// <summary>What was written before the page was loaded again, by the names of the fields; null for a new form.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, string>? Kept { get; set; }

    /// <summary>It is not wanted any more.</summary>
    [Parameter]
    public EventCallback Cancelled { get; set; }

    /// <summary>Every room.</summary>
    protected IReadOnlyList<Room> Rooms => Fleet.Rooms;

    /// <summary>The names of rooms to choose from: as many as somebody looks through. A name that is written finds every room.</summary>
    protected IReadOnlyList<string> RoomNames => [.. Rooms.Take(MostSuggestions).Select(r => r.Name)];

    /// <summary>Every device, with its newest reading.</summary>
    [Inject]
    protected Fleet Fleet { get; private set; } = null!;

    /// <summary>The API.</summary>
    [Inject]
    protected ApiClient Api { get; private set; } = null!;

    /// <summary>Whether the API is at it.</summary>
    protected bool Busy { get; private set; }

    /// <summary>What went wrong and belongs to no field; null for nothing.</summary>
    protected string? Failure =>
        _problem is null ? null
        : _problem.Errors.Count == 0 ? T("Devices.NotDone", _problem.Message)
        : _problem.Errors.Keys.Where(f => !Shows(f)).ToList() is { Count: > 0 } others ? string.Join("; ", others.SelectMany(f => _problem.Errors[f]))
        : null;

    /// <summary>Whether the form shows a field's errors beside it.</summary>
    protected abstract bool Shows(string field);

    /// <summary>What is wrong with a field.</summary>
    protected IReadOnlyList<string> Errors(string field) =>
        _problem is not null && _problem.Errors.TryGetValue(field, out var texts) ? [.. texts.Select(t => FieldRules.Text(Viewer, field, t))] : [];

    /// <summary>Does something through the API; when that works says so and closes.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="change">What is done.</param>
    /// <param name="message">What to tell.</param>
    protected async Task RunAsync(string uid, Func<Task> change, string message)
    {
        if (Busy)
        {
            return;
        }

        (Busy, _problem) = (true, null);
        try
        {
            await change();
        }
        catch (ApiException e)
        {
            _problem = e;
            return;
        }
        finally
        {
            Busy = false;
        }

        await Done.InvokeAsync(new(uid, message));
    }

    /// <summary>What was written in a field before the page was loaded again; else what it begins with.</summary>
    protected string? Written(string field, string? otherwise = null) => Kept?.GetValueOrDefault(field) ?? otherwise;

    /// <summary>The room that a name means: one that there is, or a new one.</summary>
    protected static (string? Name, string? Uid) Find(IReadOnlyList<Room> rooms, string? name)
    {
        var text = name?.Trim();
        var same = rooms.Where(r => string.Equals(r.Name, text, StringComparison.OrdinalIgnoreCase)).ToList();
        return same.Count == 1 ? (null, same[0].Uid) : (text, null);
    }
}
