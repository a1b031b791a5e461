namespace TechTemp.AppHost.Tests;

/// <summary>What the model publishes is what is committed.</summary>
public sealed class PublishTests
{
    private const string Regenerate =
        "The model writes another file than the committed one. To write both again: " +
        "for store in sqlite postgres; do dotnet run --project TechTemp.AppHost -- --operation publish --step publish --store $store --output-path /tmp/techtemp-$store; done; " +
        "cp /tmp/techtemp-sqlite/docker-compose.yaml infrastructure/compose/; " +
        "cp /tmp/techtemp-postgres/docker-compose.yaml infrastructure/compose/docker-compose.postgres.yaml";

    [Theory]
    [InlineData("sqlite", "docker-compose.yaml")]
    [InlineData("postgres", "docker-compose.postgres.yaml")]
    public async Task The_committed_compose_file_is_what_the_model_writes(string store, string file)
    {
        using var folder = new TempFolder();
        await using var model = await Model.PublishModeAsync(folder.Path, store);
        await using var app = await model.BuildAsync(TestContext.Current.CancellationToken);
        await app.RunAsync(TestContext.Current.CancellationToken);
        var published = await File.ReadAllTextAsync(folder.File("docker-compose.yaml"), TestContext.Current.CancellationToken);
        var committed = await File.ReadAllTextAsync(Repository.File("infrastructure", "compose", file), TestContext.Current.CancellationToken);
        Assert.True(Lines(committed).SequenceEqual(Lines(published)), $"{Regenerate}\n\n{published}");
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd().Split('\n');
}
