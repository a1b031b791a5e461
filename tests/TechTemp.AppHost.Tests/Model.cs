namespace TechTemp.AppHost.Tests;

/// <summary>
/// The model of the AppHost, built and not started: that needs neither an orchestrator nor containers. Its data is in a folder of the
/// test's own, never in a developer's.
/// </summary>
internal static class Model
{
    public static Task<IDistributedApplicationTestingBuilder> RunModeAsync(TempFolder data) => CreateAsync($"--Data:Folder={data.Path}");

    public static Task<IDistributedApplicationTestingBuilder> PublishModeAsync(string folder) =>
        CreateAsync("--operation", "publish", "--step", "publish", "--output-path", folder);

    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.TechTemp_AppHost>(arguments, TestContext.Current.CancellationToken);
}
