using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;

namespace TechTemp.Dashboard.Tests;

/// <summary>Somebody looks at the dashboard: a browser window, what it asked for, and what went wrong in it.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Uri _address;

    private Visit(IBrowserContext context, IPage page, Uri address) => (_context, Page, _address) = (context, page, address);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>The addresses asked for so far.</summary>
    public IEnumerable<string> Requests => _requests;

    /// <summary>Whether errors in the browser's console are expected, as when a test takes the server away.</summary>
    public bool ErrorsExpected { get; set; }

    /// <summary>Whether requests to other addresses are expected, as when a test looks at a page of somebody else.</summary>
    public bool OthersExpected { get; set; }

    internal static async Task<Visit> BeginAsync(IBrowserContext context, Uri address)
    {
        var visit = new Visit(context, await context.NewPageAsync(), address);
        context.Request += (_, request) => visit._requests.Enqueue(request.Url);
        visit.Page.WebSocket += (_, socket) => visit._requests.Enqueue(socket.Url);
        visit.Page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                visit._errors.Enqueue(message.Text);
            }
        };
        visit.Page.PageError += (_, error) => visit._errors.Enqueue(error);
        return visit;
    }

    /// <summary>Opens a page and waits until it is live: until its buttons do something.</summary>
    public async Task OpenAsync(string path)
    {
        await Page.GotoAsync(path);
        await LiveAsync();
    }

    /// <summary>Waits until the page is live.</summary>
    public Task LiveAsync() => Page.Locator("[data-feed=live], [data-feed=polling], [data-feed=unreachable]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>Fails when axe finds anything on the page as it is now: WCAG 2.2 A and AA and best practices, of every impact.</summary>
    public async Task AccessibleAsync()
    {
        var found = await Page.RunAxe();
        Assert.NotEmpty(found.Passes);
        Assert.True(
            found.Violations.Length == 0,
            string.Join('\n', found.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Impact} {v.Id}: {v.Help}\n  {n.Html}\n  {string.Join("; ", n.Any.Select(a => a.Message))}"))));
    }

    /// <summary>Fails when the page is wider than its window.</summary>
    public async Task FitsAsync() =>
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than its window.");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.All(OthersExpected ? [] : _requests.Where(r => !r.StartsWith("data:", StringComparison.Ordinal) && !r.StartsWith("blob:", StringComparison.Ordinal)), request => Assert.Equal(_address.Authority, new Uri(request).Authority));
        Assert.True(ErrorsExpected || _errors.IsEmpty, string.Join('\n', _errors));
    }
}
