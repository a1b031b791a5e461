namespace TechTemp.Clients.Tests;

/// <summary>Clients of the usual generators compile in their strictest mode, with the types that answers have, and work.</summary>
public sealed class ClientTests(GeneratedClients clients) : IClassFixture<GeneratedClients>
{
    private const string Expected = "14 calls as expected";

    [Fact]
    public async Task A_client_of_openapi_typescript_compiles_and_works() => Assert.Contains(Expected, await clients.RunTypeScriptAsync("openapi-typescript"), StringComparison.Ordinal);

    [Fact]
    public async Task A_client_of_hey_api_compiles_and_works() => Assert.Contains(Expected, await clients.RunTypeScriptAsync("hey-api"), StringComparison.Ordinal);

    [Fact]
    public async Task A_client_of_orval_compiles_and_works() => Assert.Contains(Expected, await clients.RunTypeScriptAsync("orval"), StringComparison.Ordinal);

    [Fact]
    public async Task A_client_of_NSwag_compiles_and_works() => Assert.Contains(Expected, await clients.RunDotNetAsync("nswag"), StringComparison.Ordinal);

    [Fact]
    public async Task A_client_of_Kiota_compiles_and_works() => Assert.Contains(Expected, await clients.RunDotNetAsync("kiota"), StringComparison.Ordinal);
}
