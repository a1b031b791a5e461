using Microsoft.AspNetCore.Components;

namespace TechTemp.Dashboard.Viewing;

/// <summary>A page or a part of one that shows something in the viewer's language and units, and again when these change.</summary>
public abstract class ViewerComponent : ComponentBase, IDisposable
{
    /// <summary>Whoever looks.</summary>
    [Inject]
    protected Viewer Viewer { get; private set; } = null!;

    /// <summary>A text of the viewer's language.</summary>
    protected string T(string key, params object?[] values) => Viewer.Text(key, values);

    /// <inheritdoc />
    protected override void OnInitialized() => Viewer.Changed += OnViewerChanged;

    /// <summary>A preference has changed. Renders again.</summary>
    protected virtual void OnViewerChanged() => InvokeAsync(StateHasChanged);

    /// <summary>The component goes.</summary>
    protected virtual void Dispose(bool disposing) => Viewer.Changed -= OnViewerChanged;

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }
}
