using System.Globalization;
using System.IO.Hashing;
using System.Text;
using TechTemp.Data.Readings;

namespace TechTemp.Data.Rooms;

/// <summary>Makes a room's uid from its name: "Salle à manger" becomes <c>salle-a-manger</c>.</summary>
public static class RoomSlug
{
    /// <summary>
    /// The uid for a name: lower-case Latin letters and digits, everything else one hyphen, at most 50 characters. A name
    /// without a Latin letter or digit gets <c>room-</c> and a hash of the name, the same each time.
    /// </summary>
    /// <param name="name">The room's name.</param>
    public static string From(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        var uid = slug.ToString(0, Math.Min(slug.Length, Uids.MaxLength)).TrimEnd('-');
        return uid.Length > 0 ? uid : $"room-{XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(name.Normalize())):x8}";
    }
}
