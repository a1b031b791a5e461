using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace TechTemp.AppHost.Commands;

/// <summary>What Aspire's dashboard can do with the API.</summary>
internal static class ApiCommands
{
    /// <summary>"Replay rejected messages": tries every rejected message again.</summary>
    public static IResourceBuilder<ProjectResource> WithReplayCommand(this IResourceBuilder<ProjectResource> api)
    {
        api.ApplicationBuilder.Services.AddHttpClient();
        return api.WithCommand(
            "replay",
            "Replay rejected messages",
            context => ReplayAsync(api.GetEndpoint("http"), context),
            new() { Description = "Tries every rejected message again. Those that are rejected once more stay listed.", IconName = "ArrowRepeatAll" });
    }

    /// <summary>"Open the API reference": a notification with the link, which also works where the browser is on another machine than the AppHost.</summary>
    public static IResourceBuilder<ProjectResource> WithReferenceCommand(this IResourceBuilder<ProjectResource> api) =>
        api.WithCommand(
            "reference",
            "Open the API reference",
            async context =>
            {
                await context.Services.GetRequiredService<IInteractionService>().PromptNotificationAsync(
                    "API reference",
                    "Every route of the API, to read and to try.",
                    new() { Intent = MessageIntent.Information, LinkText = "Open", LinkUrl = api.GetEndpoint("http").Url + "/scalar" },
                    context.CancellationToken);
                return CommandResults.Success();
            },
            new() { Description = "Shows a link to the reference of all routes.", IconName = "Document" });

    private static async Task<ExecuteCommandResult> ReplayAsync(EndpointReference endpoint, ExecuteCommandContext context)
    {
        using var client = context.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        client.BaseAddress = new(endpoint.Url);
        var outcomes = new Dictionary<string, int>();
        try
        {
            // Newest first, each page from below the page before: a message that is rejected once more is not met again.
            const string First = "/api/v1/rejected?limit=1000";
            for (var next = First; next is not null;)
            {
                var page = (await client.GetFromJsonAsync<Page>(next, context.CancellationToken))!;
                foreach (var message in page.Data)
                {
                    using var answer = await client.PostAsync(new Uri($"/api/v1/rejected/{message.Id}/replay", UriKind.Relative), content: null, context.CancellationToken);
                    var outcome = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Envelope>(context.CancellationToken))!.Data.Outcome;
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                }

                next = page.NextCursor is null ? null : $"{First}&cursor={page.NextCursor}";
            }
        }
        catch (HttpRequestException e)
        {
            return CommandResults.Failure(e);
        }

        return CommandResults.Success(outcomes.Count == 0
            ? "There are no rejected messages."
            : string.Join(", ", outcomes.Select(o => $"{o.Value} {o.Key}")) + ".");
    }

    private sealed record Page(IReadOnlyList<Message> Data, [property: JsonPropertyName("next_cursor")] string? NextCursor);

    private sealed record Message(long Id);

    private sealed record Envelope(Replay Data);

    private sealed record Replay(string Outcome);
}
