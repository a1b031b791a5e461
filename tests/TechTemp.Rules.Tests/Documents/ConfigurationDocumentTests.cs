using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Documents;

/// <summary>docs/configuration.md lists every option there is, with its default.</summary>
public sealed class ConfigurationDocumentTests
{
    private static readonly string s_document = Repository.File("docs", "configuration.md");

    [Fact]
    public void The_document_lists_every_option()
    {
        var table = new StringBuilder("| option | default | what |\n| --- | --- | --- |\n");
        foreach (var (section, property) in Options())
        {
            var description = property.GetCustomAttribute<DescriptionAttribute>();
            Assert.True(description is not null, $"{section}:{property.Name} lacks a description.");
            table.Append(CultureInfo.InvariantCulture, $"| `{section}:{property.Name}` | {Default(property)} | {description.Description} |\n");
        }

        Snapshot.MatchSection(s_document, "options", table.ToString());
    }

    [Fact]
    public void The_document_lists_every_short_form()
    {
        var table = new StringBuilder("| short form | stands for |\n| --- | --- |\n");
        foreach (var (shorthand, option) in Shorthand.Names)
        {
            table.Append(CultureInfo.InvariantCulture, $"| `{shorthand}` | `{option}` |\n");
        }

        foreach (var (name, (option, _)) in Shorthand.Switches)
        {
            table.Append(CultureInfo.InvariantCulture, $"| `--{name}` | `{option}` |\n");
        }

        Snapshot.MatchSection(s_document, "short-forms", table.ToString());
    }

    private static IEnumerable<(string Section, PropertyInfo Property)> Options() =>
        from assembly in new[] { "TechTemp.Data", "TechTemp.Data.Postgres", "TechTemp.Data.Sqlite", "TechTemp.ServiceDefaults", "TechTemp.Ingest", "TechTemp.Api", "TechTemp.Standalone", "TechTemp.Dashboard" }
        from type in Assembly.Load(assembly).GetTypes()
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        where section is not null
        from property in type.GetProperties()
        orderby section, property.Name
        select (section, property);

    private static string Default(PropertyInfo property) => property.GetValue(Activator.CreateInstance(property.DeclaringType!)) switch
    {
        null => "–",
        bool value => value ? "`true`" : "`false`",
        var value => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };
}
