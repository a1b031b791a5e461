using System.Net;

namespace TechTemp.Dashboard.Tests.Requests;

/// <summary>A web page of somebody else on this machine: another port is another origin.</summary>
internal sealed class ForeignPage : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    public ForeignPage()
    {
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Prefixes.Add($"http://localhost:{Port}/");
        _listener.Start();
        _answering = AnswerAsync();
    }

    public int Port { get; } = FreePort.Next();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _answering;
        _listener.Close();
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                context.Response.ContentType = "text/html";
                await using var output = context.Response.OutputStream;
                await output.WriteAsync("<!doctype html><title>Elsewhere</title><iframe name=\"hidden\"></iframe>"u8.ToArray());
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
