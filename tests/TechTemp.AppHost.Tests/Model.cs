namespace TechTemp.AppHost.Tests;

/// <summary>
/// The model of the AppHost, built and not started: that needs neither an orchestrator nor containers. Its data is in a folder of the
/// test's own, never in a developer's.
/// </summary>
internal static class Model
{
    public static Task<IDistributedApplicationTestingBuilder> RunModeAsync(TempFolder data, params string[] options) =>
        CreateAsync([$"--Data:Folder={data.Path}", .. options]);

    public static Task<IDistributedApplicationTestingBuilder> PublishModeAsync(string folder, string store) =>
        CreateAsync("--operation", "publish", "--step", "publish", "--output-path", folder, "--store", store);

    /// <summary>The variables of a resource, by their names.</summary>
    public static async Task<Dictionary<string, object>> EnvironmentAsync(IDistributedApplicationTestingBuilder model, string name)
    {
        var resource = model.Resources.Single(r => r.Name == name);
        var context = new EnvironmentCallbackContext(model.ExecutionContext, resource, cancellationToken: TestContext.Current.CancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return context.EnvironmentVariables;
    }

    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.TechTemp_AppHost>(arguments, TestContext.Current.CancellationToken);
}
