using System.Reflection;

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
        var folder = Directory.CreateTempSubdirectory("techtemp-publish-");
        try
        {
            await using var model = await Model.PublishModeAsync(folder.FullName);
            await using var app = await model.BuildAsync(TestContext.Current.CancellationToken);
            await app.RunAsync(TestContext.Current.CancellationToken);
            var published = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "docker-compose.yaml"), TestContext.Current.CancellationToken);
            var root = typeof(PublishTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
            var committed = await File.ReadAllTextAsync(Path.Combine(root, "infrastructure", "compose", "docker-compose.yaml"), TestContext.Current.CancellationToken);
            Assert.True(Lines(committed).SequenceEqual(Lines(published)), $"{Regenerate}\n\n{published}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd().Split('\n');
}
