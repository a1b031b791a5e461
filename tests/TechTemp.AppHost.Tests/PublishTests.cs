namespace TechTemp.AppHost.Tests;

/// <summary>What the model publishes is what is committed.</summary>
public sealed class PublishTests
{
    private const string Regenerate =
        "The model writes another docker-compose.yaml than the committed one. To write it again: " +
        "dotnet run --project TechTemp.AppHost -- --operation publish --step publish --output-path \"$PWD/infrastructure/compose\"";

    [Fact]
    public async Task The_committed_compose_file_is_what_the_model_writes()
    {
        using var folder = new TempFolder();
        await using var model = await Model.PublishModeAsync(folder.Path);
        await using var app = await model.BuildAsync(TestContext.Current.CancellationToken);
        await app.RunAsync(TestContext.Current.CancellationToken);
        var published = await File.ReadAllTextAsync(folder.File("docker-compose.yaml"), TestContext.Current.CancellationToken);
        var committed = await File.ReadAllTextAsync(Repository.File("infrastructure", "compose", "docker-compose.yaml"), TestContext.Current.CancellationToken);
        Assert.True(Lines(committed).SequenceEqual(Lines(published)), $"{Regenerate}\n\n{published}");
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd().Split('\n');
}
