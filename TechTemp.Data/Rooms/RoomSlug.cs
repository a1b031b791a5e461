using System.IO.Hashing;
using System.Text;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Rooms;

/// <summary>Makes a room's uid from its name: "Salle à manger" becomes <c>salle-a-manger</c>.</summary>
public static class RoomSlug
{
    // The accented letters of the European languages. Without ICU, whose 7 MB of memory a Pi can use better, .NET does
    // not take them apart itself (docs/decisions/0006-no-icu.md).
    private const string Accented = "àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľŀłñńņňòóôõöøōŏőŕŗřśŝşšșţťŧțùúûüũūŭůűųŵýÿŷźżž";
    private const string Plain = "aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijklllllnnnnooooooooorrrsssssttttuuuuuuuuuuwyyyzzz";

    /// <summary>
    /// The uid for a name: lower-case Latin letters and digits, everything else one hyphen, at most 50 characters. A name
    /// without a Latin letter or digit gets <c>room-</c> and a hash of the name, the same each time.
    /// </summary>
    /// <param name="name">The room's name.</param>
    public static string From(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            var accented = Accented.IndexOf(c, StringComparison.Ordinal);
            var letter = accented < 0 ? c : Plain[accented];
            if (char.IsAsciiLetterOrDigit(letter))
            {
                slug.Append(letter);
            }
            else if (letter is 'ß' or 'æ' or 'œ')
            {
                slug.Append(letter switch { 'ß' => "ss", 'æ' => "ae", _ => "oe" });
            }
            // A combining mark (U+0300 to U+036F) belongs to the letter before it.
            else if (c is (< '\u0300' or > '\u036f') && slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        var uid = slug.ToString(0, Math.Min(slug.Length, Uids.MaxLength)).TrimEnd('-');
        return uid.Length > 0 ? uid : $"room-{Hash(name)}";
    }

    /// <summary>
    /// Whether the uid lacks letters or digits of the name, so that other names have the same one without meaning the same
    /// room: "Кухня 1" and "Спальня 1" are both <c>1</c>.
    /// </summary>
    /// <param name="name">The room's name.</param>
    public static bool LosesLetters(string name) =>
        // A letter of our own alphabet is one or two of the uid ("ß"); of any other there is a hash.
        name.EnumerateRunes().Any(rune => Rune.IsLetterOrDigit(rune) && From(rune.ToString()).Length > 2);

    /// <summary>The uid for a name whose own uid belongs to a room of another name: with a hash of the name at the end.</summary>
    /// <param name="name">The room's name.</param>
    public static string WithHash(string name)
    {
        var (slug, hash) = (From(name), Hash(name));
        return $"{slug[..Math.Min(slug.Length, Uids.MaxLength - hash.Length - 1)].TrimEnd('-')}-{hash}";
    }

    private static string Hash(string name) => $"{XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(name)):x8}";
}
