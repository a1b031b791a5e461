using TechTemp.AppHost.Development;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Tests;

/// <summary>The model with <c>--store postgres</c>, and what that option may be.</summary>
public sealed class PostgresModelTests
{
    private static readonly string[] s_postgres = ["--store", "postgres"];

    [Fact]
    public async Task It_has_a_database_and_three_workers()
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data, s_postgres);
        Assert.Equal(
            ["api", "dashboard", "ingest-0", "ingest-1", "ingest-2", "mosquitto", "postgres", "simulator"],
            model.Resources.Where(r => r is MosquittoResource or ProjectResource or PostgresServerResource).Select(r => r.Name).Order());
        Assert.Equal("techtemp", model.Resources.OfType<PostgresDatabaseResource>().Single().DatabaseName);
    }

    [Theory]
    [InlineData("ingest-0", "mosquitto", "postgres", "techtemp")]
    [InlineData("ingest-1", "mosquitto", "postgres", "techtemp")]
    [InlineData("ingest-2", "mosquitto", "postgres", "techtemp")]
    [InlineData("api", "ingest-0", "postgres", "techtemp")]
    [InlineData("dashboard", "api")]
    [InlineData("simulator", "ingest-0")]
    public async Task A_host_waits_until_what_it_needs_is_healthy(string name, params string[] others)
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data, s_postgres);
        var waits = Resource(model, name).Annotations.OfType<WaitAnnotation>()
            .Where(wait => wait.Resource is MosquittoResource or ProjectResource or PostgresServerResource or PostgresDatabaseResource).ToList();
        Assert.Equal(others, waits.Select(wait => wait.Resource.Name).Order());
        Assert.All(waits, wait => Assert.Equal(WaitType.WaitUntilHealthy, wait.WaitType));
        Assert.All(waits, wait => Assert.NotEmpty(wait.Resource.Annotations.OfType<HealthCheckAnnotation>()));
    }

    [Theory]
    [InlineData("ingest-0")]
    [InlineData("ingest-1")]
    [InlineData("ingest-2")]
    public async Task A_worker_has_its_own_name_and_the_account_of_all(string name)
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data, s_postgres);
        Assert.Equal(name, (await Model.EnvironmentAsync(model, name))["Ingest__Worker"]);
        var references = Resource(model, name).Annotations.OfType<ResourceRelationshipAnnotation>().Where(r => r.Type == "Reference").Select(r => r.Resource.Name);
        Assert.Equal(["mosquitto-ingest", "store"], references.Order());
    }

    [Fact]
    public async Task The_only_worker_on_SQLite_has_no_name()
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data, "--store", "SQLite");
        Assert.DoesNotContain("Ingest__Worker", (await Model.EnvironmentAsync(model, "ingest")).Keys);
        Assert.Empty(model.Resources.OfType<PostgresServerResource>());
    }

    [Fact]
    public async Task The_database_is_pinned_keeps_its_data_and_its_password_is_a_secret()
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data, s_postgres);
        var server = Resource(model, "postgres");
        Assert.Matches("^[0-9]+[.][0-9]+$", server.Annotations.OfType<ContainerImageAnnotation>().Single().Tag);
        var volume = server.Annotations.OfType<ContainerMountAnnotation>().Single();
        Assert.Equal((ContainerMountType.Volume, LocalData.VolumeName(data.Path, "postgres-data")), (volume.Type, volume.Source));
        var password = model.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "postgres-password");
        Assert.True(password.Secret);
        Assert.True((await password.GetValueAsync(TestContext.Current.CancellationToken))!.Length >= 22);
    }

    [Fact]
    public async Task A_published_connection_string_holds_no_password()
    {
        using var folder = new TempFolder();
        await using var model = await Model.PublishModeAsync(folder.Path, "postgres");
        var expression = ((ConnectionStringResource)Resource(model, "store")).ConnectionStringExpression;
        Assert.DoesNotContain("password", expression.ValueExpression, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(expression.ValueProviders.OfType<ParameterResource>());
    }

    [Theory]
    [InlineData("postgresql")]
    [InlineData("sqlserver")]
    public async Task A_store_that_there_is_not_is_an_error_that_says_what_there_is(string store)
    {
        using var data = new TempFolder();
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => Model.RunModeAsync(data, "--store", store));
        Assert.Equal($"--store is '{store}'. It must be 'sqlite', which is the default, or 'postgres'.", error.Message);
    }

    private static IResource Resource(IDistributedApplicationTestingBuilder model, string name) => model.Resources.Single(r => r.Name == name);
}
