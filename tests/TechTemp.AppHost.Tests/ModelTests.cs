using TechTemp.AppHost.Development;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Tests;

/// <summary>The picture of the system in AppHost.cs.</summary>
public sealed class ModelTests
{
    [Fact]
    public async Task It_has_a_broker_two_hosts_a_dashboard_and_a_simulator()
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        Assert.Equal(["api", "dashboard", "ingest", "mosquitto", "simulator"], model.Resources.Where(r => r is MosquittoResource or ProjectResource).Select(r => r.Name).Order());
    }

    [Theory]
    [InlineData("ingest", "mosquitto")]
    [InlineData("api", "ingest")]
    [InlineData("dashboard", "api")]
    [InlineData("simulator", "ingest")]
    public async Task A_host_waits_until_what_it_needs_is_healthy(string name, string other)
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        var waits = Resource(model, name).Annotations.OfType<WaitAnnotation>().Where(wait => wait.Resource is MosquittoResource or ProjectResource).ToList();
        Assert.Equal([other], waits.Select(wait => wait.Resource.Name));
        Assert.All(waits, wait => Assert.Equal(WaitType.WaitUntilHealthy, wait.WaitType));
        Assert.NotEmpty(Resource(model, other).Annotations.OfType<HealthCheckAnnotation>());
    }

    [Theory]
    [InlineData("ingest")]
    [InlineData("api")]
    public async Task A_host_has_the_store_and_an_account_of_its_own_at_the_broker(string name)
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        var references = Resource(model, name).Annotations.OfType<ResourceRelationshipAnnotation>().Where(r => r.Type == "Reference").Select(r => r.Resource.Name);
        Assert.Equal([$"mosquitto-{name}", "store"], references.Order());
    }

    [Fact]
    public async Task The_broker_is_pinned_keeps_its_data_and_has_our_configuration_read_only()
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        var broker = Resource(model, "mosquitto");
        var image = broker.Annotations.OfType<ContainerImageAnnotation>().Single();
        Assert.Equal("eclipse-mosquitto", image.Image);
        Assert.True(Version.Parse(image.Tag!) >= new Version(2, 0, 22));
        var mounts = broker.Annotations.OfType<ContainerMountAnnotation>().ToList();
        Assert.Equal(LocalData.VolumeName(data.Path, "mosquitto-data"), mounts.Single(mount => mount.Type == ContainerMountType.Volume).Source);
        Assert.All(mounts.Where(mount => mount.Type == ContainerMountType.BindMount), mount =>
        {
            Assert.True(mount.IsReadOnly);
            Assert.True(File.Exists(mount.Source), mount.Source);
        });
    }

    [Fact]
    public async Task Every_password_is_a_secret()
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        var parameters = model.Resources.OfType<ParameterResource>().ToList();
        Assert.Equal(["mosquitto-api-password", "mosquitto-ingest-password", "mosquitto-sensors-password", "sensors"], parameters.Select(p => p.Name).Order());
        Assert.All(parameters, parameter => Assert.Equal(parameter.Name != "sensors", parameter.Secret));
    }

    [Fact]
    public async Task Two_data_folders_share_neither_store_nor_volume()
    {
        using var one = new TempFolder();
        using var other = new TempFolder();
        await using var first = await Model.RunModeAsync(one);
        await using var second = await Model.RunModeAsync(other);
        Assert.NotEqual(await StoreAsync(first), await StoreAsync(second));
        Assert.NotEqual(Volume(first), Volume(second));

        static ValueTask<string?> StoreAsync(IDistributedApplicationTestingBuilder model) =>
            ((ConnectionStringResource)Resource(model, "store")).ConnectionStringExpression.GetValueAsync(TestContext.Current.CancellationToken);

        static string? Volume(IDistributedApplicationTestingBuilder model) =>
            Resource(model, "mosquitto").Annotations.OfType<ContainerMountAnnotation>().Single(m => m.Type == ContainerMountType.Volume).Source;
    }

    [Fact]
    public async Task A_port_that_another_program_listens_on_is_not_taken()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        Assert.Null(model.HostPort(((System.Net.IPEndPoint)other.LocalEndpoint).Port));
        var free = FreePort.Next();
        Assert.Equal(free, model.HostPort(free));
    }

    [Fact]
    public async Task The_manifest_form_of_a_connection_string_holds_no_password()
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        var account = (MosquittoAccountResource)Resource(model, "mosquitto-ingest");
        var password = await account.Password.GetValueAsync(TestContext.Current.CancellationToken);
        Assert.True(password!.Length >= 22);
        Assert.DoesNotContain(password, account.ConnectionStringExpression.ValueExpression, StringComparison.Ordinal);
    }

    private static IResource Resource(IDistributedApplicationTestingBuilder model, string name) => model.Resources.Single(r => r.Name == name);
}
