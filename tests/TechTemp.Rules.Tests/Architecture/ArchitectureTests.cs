using System.Reflection;

namespace TechTemp.Rules.Tests.Architecture;

/// <summary>The rules of which project, and which folder in a project, may know which other.</summary>
public sealed class ArchitectureTests
{
    // What a project may know of the others. A host knows no other host; only Standalone knows hosts and clients.
    private static readonly Dictionary<string, string[]> s_mayKnow = new()
    {
        ["TechTemp.Readings"] = [],
        ["TechTemp.Data"] = ["TechTemp.Readings"],
        ["TechTemp.Data.Sqlite"] = ["TechTemp.Readings", "TechTemp.Data"],
        ["TechTemp.Data.Postgres"] = ["TechTemp.Readings", "TechTemp.Data"],
        ["TechTemp.ServiceDefaults"] = [],
        ["TechTemp.Api"] = ["TechTemp.Readings", "TechTemp.Data", "TechTemp.Data.Postgres", "TechTemp.Data.Sqlite", "TechTemp.ServiceDefaults"],
        ["TechTemp.Ingest"] = ["TechTemp.Readings", "TechTemp.Data", "TechTemp.Data.Postgres", "TechTemp.Data.Sqlite", "TechTemp.ServiceDefaults"],
        ["TechTemp.Dashboard"] = ["TechTemp.ServiceDefaults"],
        ["TechTemp.Device"] = [],
        ["TechTemp.Standalone"] = ["TechTemp.Readings", "TechTemp.Data", "TechTemp.Data.Sqlite", "TechTemp.ServiceDefaults", "TechTemp.Api", "TechTemp.Ingest", "TechTemp.Dashboard", "TechTemp.Device"],
    };

    private static readonly string[] s_providers = ["Microsoft.Data.Sqlite", "Microsoft.EntityFrameworkCore.Sqlite", "SQLitePCLRaw", "Npgsql"];

    public static TheoryData<string> Projects => [.. s_mayKnow.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_knows_only_the_projects_that_it_may_know(string project) =>
        Assert.Empty(References(project).Where(name => name.StartsWith("TechTemp.", StringComparison.Ordinal)).Except(s_mayKnow[project]));

    [Fact]
    public void The_domain_knows_only_the_base_libraries()
    {
        var baseLibraries = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Assert.All(References("TechTemp.Readings"), name => Assert.True(File.Exists(Path.Combine(baseLibraries, name + ".dll")), $"{name} is no base library."));
    }

    [Theory]
    [InlineData("TechTemp.Data")]
    [InlineData("TechTemp.Api")]
    [InlineData("TechTemp.Ingest")]
    [InlineData("TechTemp.Standalone")]
    [InlineData("TechTemp.ServiceDefaults")]
    [InlineData("TechTemp.Dashboard")]
    public void A_project_above_the_provider_uses_no_type_of_it(string project) =>
        Assert.DoesNotContain(References(project), name => s_providers.Any(provider => name.StartsWith(provider, StringComparison.Ordinal)));

    /// <summary>Everything else works with every store. The verbs that name it are of a file: backup, restore, import, and the check that its schema is current.</summary>
    [Theory]
    [InlineData("TechTemp.Api")]
    [InlineData("TechTemp.Ingest")]
    public void In_a_host_only_its_entry_and_its_verbs_know_which_store_it_is(string project) => Assert.All(
        Assembly.Load(project).GetTypes().Where(type => TypeUses.Of(type).Any(used => used.Assembly.GetName().Name is "TechTemp.Data.Sqlite" or "TechTemp.Data.Postgres")),
        type => Assert.Matches(@"^(Program$|Program[+]|TechTemp\.Ingest\.Verbs\.)", type.FullName));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_of_a_project_form_no_cycles(string project)
    {
        var root = project == "TechTemp.Device" ? "TechTemp.Clients.Device" : project;
        var cycles = new FolderGraph(Assembly.Load(project), root).Cycles();
        Assert.True(cycles.Count == 0, $"{project}: folders depend on each other.\n{string.Join("\n", cycles.Select(c => $"{c.Key}\n    {c.Value}"))}");
    }

    private static IEnumerable<string> References(string project) => Assembly.Load(project).GetReferencedAssemblies().Select(name => name.Name!);
}
