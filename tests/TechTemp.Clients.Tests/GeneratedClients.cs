using System.Globalization;

namespace TechTemp.Clients.Tests;

/// <summary>
/// Clients that well-known generators make of the committed OpenAPI document, compiled, with a running server to call. Nothing of it is kept.
/// </summary>
public sealed class GeneratedClients : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Lazy<Task<string>> _typeScript;
    private readonly Lazy<Task<string>> _dotNet;
    private HostProcess _server = null!;

    /// <summary>Generates nothing yet.</summary>
    public GeneratedClients() => (_typeScript, _dotNet) = (new(CompileTypeScriptAsync), new(CompileDotNetAsync));

    private static string Document => Repository.File("docs", "openapi.json");

    private string Url => $"http://127.0.0.1:{_server.Settings["HTTP_PORT"]}";

    /// <inheritdoc />
    public async ValueTask InitializeAsync() => _server = await HostProcess.StartHealthyAsync("TechTemp.Standalone", new Dictionary<string, string>
    {
        ["MQTT_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
        ["DB_PATH"] = _folder.File("techtemp.db"),
    });

    /// <summary>Runs the calls of a TypeScript client.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunTypeScriptAsync(string client) =>
        await ToolRun.SucceedAsync(_folder.Path, "node", Path.Combine(await _typeScript.Value, "compiled", "calls", $"{client}.js"), Url, client);

    /// <summary>Runs the calls of a C# client.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunDotNetAsync(string client) =>
        await ToolRun.SucceedAsync(_folder.Path, "dotnet", await _dotNet.Value, client, Url);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (_typeScript is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            Directory.Delete(await _typeScript.Value, recursive: true);
        }

        _folder.Dispose();
    }

    private async Task<string> CompileTypeScriptAsync()
    {
        var folder = await NodeTools.NewFolderAsync();
        // Some of a generator's settings are in a file of its own, which takes these from the environment.
        (string, string)[] environment = [("TECHTEMP_DOCUMENT", Document), ("TECHTEMP_URL", Url)];
        await NodeTools.SucceedAsync(folder, "openapi-typescript", environment, Document, "--output", "generated/openapi-typescript.ts");
        await NodeTools.SucceedAsync(folder, "openapi-ts", environment);
        await NodeTools.SucceedAsync(folder, "orval", environment);
        await NodeTools.SucceedAsync(folder, "tsc", environment, "--project", "tsconfig.json");
        return folder;
    }

    private async Task<string> CompileDotNetAsync()
    {
        var folder = Directory.CreateDirectory(_folder.File("dotnet")).FullName;
        foreach (var file in Directory.EnumerateFiles(Repository.File("tests", "TechTemp.Clients.Tests", "DotNet")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        await ToolRun.SucceedAsync(folder, "dotnet", "tool", "restore", "--tool-manifest", "dotnet-tools.json");
        await ToolRun.SucceedAsync(
            folder, "dotnet", "tool", "run", "nswag", "--", "openapi2csclient", $"/input:{Document}", "/output:NSwagClient.cs", "/namespace:NSwagClient", "/className:TechTempClient",
            "/jsonLibrary:SystemTextJson", "/generateNullableReferenceTypes:true", "/generateOptionalPropertiesAsNullable:true");
        await ToolRun.SucceedAsync(
            folder, "dotnet", "tool", "run", "kiota", "--", "generate", "--language", "CSharp", "--openapi", Document, "--output", "Kiota", "--class-name", "TechTempClient", "--namespace-name", "KiotaClient");
        await ToolRun.SucceedAsync(folder, "dotnet", "build", "Calls.csproj", "--output", "built", "--nologo", "--disable-build-servers");
        return Path.Combine(folder, "built", "Calls.dll");
    }
}
