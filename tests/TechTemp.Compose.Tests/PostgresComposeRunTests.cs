namespace TechTemp.Compose.Tests;

/// <summary>The real docker-compose.postgres.yaml, run for real.</summary>
[Collection(nameof(ComposeStack))]
public sealed class PostgresComposeRunTests(PostgresComposeStack stack) : IClassFixture<PostgresComposeStack>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await stack.Started;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_reading_that_goes_in_comes_out()
    {
        await stack.ShowsAsync(await stack.SendAsync());
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("ingest-0")]
    [InlineData("ingest-1")]
    [InlineData("ingest-2")]
    public async Task A_service_that_dies_comes_back_and_readings_go_on(string service)
    {
        var before = await stack.SendAsync();
        await stack.ShowsAsync(before);
        await stack.DieAsync(service);
        var during = await stack.SendAsync();
        await stack.HealthyAsync();
        await stack.ShowsAsync(during);
    }

    [Fact]
    public async Task The_database_syncs_commits_asks_for_its_password_and_runs_with_as_few_rights_as_the_file_says()
    {
        Assert.Equal("true [ALL] [no-new-privileges:true]", await stack.InspectAsync("postgres", "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"));
        Assert.Equal("map[]", await stack.InspectAsync("postgres", "{{.HostConfig.PortBindings}}"));
        var status = await File.ReadAllLinesAsync($"/proc/{await stack.InspectAsync("postgres", "{{.State.Pid}}")}/status", TestContext.Current.CancellationToken);
        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.Contains("Uid:\t999\t999\t999\t999", status);
        const string Psql = "psql -h 127.0.0.1 -U postgres -At -c 'SHOW synchronous_commit' -c 'SHOW fsync' techtemp";
        Assert.Equal("on\non", (await stack.ComposeAsync("exec", "-T", "postgres", "sh", "-c", $"PGPASSWORD=$(cat /run/secrets/postgres_password) {Psql}")).Trim());
        Assert.Equal("refused", (await stack.ComposeAsync("exec", "-T", "postgres", "sh", "-c", $"PGPASSWORD=wrong {Psql} 2>/dev/null || echo refused")).Trim());
    }
}
