using System.Text.RegularExpressions;
using System.Xml.Linq;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>Both languages say the same things.</summary>
public sealed partial class TextsTests
{
    private static readonly string s_resources = Repository.File("clients", "TechTemp.Dashboard", "Resources");
    private static readonly string s_sources = Repository.File("clients", "TechTemp.Dashboard");

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(s_resources, "*.resx").Select(f => Path.GetFileName(f).Split('.')[0]).Distinct().Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Both_languages_have_the_same_texts_and_none_is_empty(string file)
    {
        var (english, french) = (Read($"{file}.resx"), Read($"{file}.fr.resx"));

        Assert.Equal(english.Keys.Order(), french.Keys.Order());
        Assert.All(english.Concat(french), text => Assert.False(string.IsNullOrWhiteSpace(text.Value), text.Key));
        Assert.All(english, text => Assert.Equal(Places(text.Value), Places(french[text.Key])));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_texts_are_in_the_program(string file)
    {
        foreach (var (suffix, language) in new[] { ("", Language.English), (".fr", Language.French) })
        {
            Assert.All(Read($"{file}{suffix}.resx"), text => Assert.Equal(text.Value, language.TextOrNull(file, text.Key)));
        }
    }

    [Fact]
    public void Every_text_that_a_page_names_is_there()
    {
        var sources = Directory.EnumerateFiles(s_sources, "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
        var named = sources.SelectMany(f => Key().Matches(File.ReadAllText(f)).Select(m => (File: f, Key: m.Groups[1].Value))).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, n => Assert.True(Language.English.TextOrNull(n.Key.Split('.')[0], n.Key[(n.Key.IndexOf('.', StringComparison.Ordinal) + 1)..]) is not null, $"{n.Key} in {n.File}"));
    }

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(Path.Combine(s_resources, file)).Root!.Elements("data").ToDictionary(d => (string)d.Attribute("name")!, d => (string)d.Element("value")!);

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(m => m.Value).Distinct().Order();

    [GeneratedRegex(@"\{\d[^}]*\}")]
    private static partial Regex Place();

    [GeneratedRegex("""\b(?:T|Text)\("([A-Z]\w+\.[\w-]+)"[,)]""")]
    private static partial Regex Key();
}
