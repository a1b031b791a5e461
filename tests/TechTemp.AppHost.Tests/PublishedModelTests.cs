using TechTemp.AppHost.Mosquitto;
using YamlDotNet.RepresentationModel;

namespace TechTemp.AppHost.Tests;

/// <summary>
/// What of the compose files can be compared with the model where Aspire.Hosting.Docker cannot be restored: services, their images and the names
/// of their variables. <c>PublishTests</c> compares all of it.
/// </summary>
public sealed class PublishedModelTests
{
    [Theory]
    [InlineData("sqlite", "docker-compose.yaml")]
    [InlineData("postgres", "docker-compose.postgres.yaml")]
    public async Task The_compose_file_has_the_services_images_and_variables_of_the_model(string store, string file)
    {
        using var folder = new TempFolder();
        await using var model = await Model.PublishModeAsync(folder.Path, store);
        var resources = model.Resources.Where(r => r is MosquittoResource or ProjectResource or PostgresServerResource).ToList();
        var services = Services(file);
        Assert.Equal(resources.Select(resource => resource.Name).Order(), services.Keys.Order());
        foreach (var resource in resources)
        {
            var service = services[resource.Name];
            if (resource.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault() is { } image)
            {
                Assert.Equal($"{image.Image.Split('/')[^1]}:{image.Tag}", ((YamlScalarNode)service["image"]).Value);
            }

            // The password is a file there, and nobody may say on whose behalf he asks.
            var variables = (await Model.EnvironmentAsync(model, resource.Name)).Keys
                .Where(name => name != "ASPNETCORE_FORWARDEDHEADERS_ENABLED").Select(name => name == "POSTGRES_PASSWORD" ? "POSTGRES_PASSWORD_FILE" : name);
            var published = service.Children.TryGetValue("environment", out var environment)
                ? ((YamlMappingNode)environment).Children.Keys.Select(key => ((YamlScalarNode)key).Value!).ToList()
                : [];
            Assert.Subset(published.ToHashSet(), variables.ToHashSet());
        }
    }

    private static Dictionary<string, YamlMappingNode> Services(string file)
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(Repository.File("infrastructure", "compose", file));
        yaml.Load(text);
        return ((YamlMappingNode)yaml.Documents[0].RootNode["services"]).Children.ToDictionary(s => ((YamlScalarNode)s.Key).Value!, s => (YamlMappingNode)s.Value);
    }
}
