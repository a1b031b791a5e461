using System.Text.Json.Nodes;
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

    [Fact]
    public void Every_reason_of_the_API_has_words_in_every_language()
    {
        var document = JsonNode.Parse(File.ReadAllText(Repository.File("docs", "openapi.json")))!;
        var reasons = document["components"]!["schemas"]!["Rejected"]!["properties"]!["reason"]!["enum"]!.AsArray().Select(r => (string)r!).ToList();

        Assert.NotEmpty(reasons);
        foreach (var language in Language.All)
        {
            Assert.All(reasons, reason => Assert.NotEqual(reason, RejectionText.Reason(language, reason)));
        }
    }

    // The sentences of TechTemp.Data: the name of each stands in a text of ours.
    [Theory]
    [InlineData("ts is required", "ts est obligatoire")]
    [InlineData("payload must be one JSON object in UTF-8", "le message doit être un seul objet JSON en UTF-8")]
    [InlineData("humidity_pct must be from 0 to 100 %, was 140.5", "humidity_pct doit être entre 0 et 100 % ; valeur reçue : 140,5")]
    [InlineData("topic must be home/{homeId}/sensors/{deviceId}/reading; each id must be 1 to 50 characters of A-Z a-z 0-9 _ -", "le sujet doit être home/{homeId}/sensors/{deviceId}/reading ; chaque identifiant a de 1 à 50 caractères parmi A–Z a–z 0–9 _ -")]
    [InlineData("device s1 keeps no single readings before 1757537685793 any more, was 1757537685792", "l’appareil s1 ne garde plus de mesures isolées d’avant 1757537685793 ; valeur reçue : 1757537685792")]
    [InlineData("voc_index must be from 0 to 500, was 600.5", "voc_index doit être entre 0 et 500 ; valeur reçue : 600,5")]
    [InlineData(
        "voc_index must be from 0 to 500, was 600; pm25_ugm3 must be from 0 to 1000 µg/m³, was 2000",
        "voc_index doit être entre 0 et 500 ; valeur reçue : 600; pm25_ugm3 doit être entre 0 et 1000 µg/m³ ; valeur reçue : 2000")]
    [InlineData("a quantity is required: one of temperature_c, co2_ppm", "une grandeur est obligatoire, parmi temperature_c, co2_ppm")]
    [InlineData("something new", null)]
    public void A_detail_is_told_in_French(string detail, string? french)
    {
        Assert.Equal(french, RejectionText.Detail(Language.French, detail));
        Assert.Equal(detail, RejectionText.Detail(Language.English, detail));
    }

    [Theory]
    [InlineData("motif", "raison")]
    [InlineData("refusé", "rejeté")]
    [InlineData("broker", "courtier")]
    [InlineData("maison", "foyer")]
    [InlineData("sujet", "topic")]
    [InlineData("mesure", "lecture")]
    public void French_has_one_word_for_a_thing(string word, string other)
    {
        var texts = Directory.EnumerateFiles(s_resources, "*.fr.resx").SelectMany(f => Read(Path.GetFileName(f)).Values).ToList();

        Assert.Contains(texts, text => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        Assert.All(texts, text => Assert.DoesNotContain(other, text, StringComparison.OrdinalIgnoreCase));
    }

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(Path.Combine(s_resources, file)).Root!.Elements("data").ToDictionary(d => (string)d.Attribute("name")!, d => (string)d.Element("value")!);

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(m => m.Value).Distinct().Order();

    [GeneratedRegex(@"\{\d[^}]*\}")]
    private static partial Regex Place();

    [GeneratedRegex("""\b(?:T|Text)\("([A-Z]\w+\.[\w-]+)"[,)]""")]
    private static partial Regex Key();
}
