namespace TechTemp.AppHost.Tests;

/// <summary>The model of the AppHost, built and not started: that needs neither an orchestrator nor containers.</summary>
internal static class Model
{
    public static Task<IDistributedApplicationTestingBuilder> RunModeAsync() => CreateAsync();

    public static Task<IDistributedApplicationTestingBuilder> PublishModeAsync(string folder) =>
        CreateAsync("--operation", "publish", "--step", "publish", "--output-path", folder);

    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.TechTemp_AppHost>(arguments, TestContext.Current.CancellationToken);
}
