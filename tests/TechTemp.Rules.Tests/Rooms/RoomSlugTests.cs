using CsCheck;
using TechTemp.Data.Rooms;
using TechTemp.Readings.Rules;

namespace TechTemp.Rules.Tests.Rooms;

public sealed class RoomSlugTests
{
    [Theory]
    [InlineData("Salon", "salon")]
    [InlineData("Salle à manger", "salle-a-manger")]
    [InlineData("Chambre d'amis", "chambre-d-amis")]
    [InlineData("ÉTAGE Nº 2", "etage-n-2")]
    [InlineData("Cafe\u0301", "cafe")]
    [InlineData("Küche", "kuche")]
    [InlineData("Žižkov Čáp Ďas", "zizkov-cap-das")]
    [InlineData("Łódź Gdańsk", "lodz-gdansk")]
    [InlineData("  Office -- (2nd floor)  ", "office-2nd-floor")]
    [InlineData("room_1", "room-1")]
    [InlineData("東京 Room 2", "room-2")]
    [InlineData("🌡 Boiler 🌡", "boiler")]
    public void A_name_becomes_lower_case_Latin_letters_and_digits(string name, string expected) =>
        Assert.Equal(expected, RoomSlug.From(name));

    [Theory]
    [InlineData("居間")]
    [InlineData("Спальня")]
    [InlineData("غرفة")]
    [InlineData("🛏")]
    [InlineData("!!!")]
    [InlineData("-")]
    [InlineData("٣")]
    public void A_name_without_a_Latin_letter_or_digit_gets_a_stable_uid_of_its_own(string name)
    {
        Assert.Matches("^room-[0-9a-f]{8}$", RoomSlug.From(name));
        Assert.Equal(RoomSlug.From(name), RoomSlug.From(new string(name)));
        Assert.NotEqual(RoomSlug.From(name), RoomSlug.From(name + name));
    }

    [Fact]
    public void The_uid_of_a_name_without_Latin_letters_is_the_same_in_every_version() =>
        Assert.Equal("room-2a74165d", RoomSlug.From("居間"));

    [Fact]
    public void A_long_name_is_cut_without_a_hyphen_at_the_end()
    {
        Assert.Equal(new string('x', 50), RoomSlug.From(new string('X', 100)));
        Assert.Equal(new string('x', 49), RoomSlug.From(new string('x', 49) + " y"));
    }

    [Theory]
    [InlineData("Salle à manger", false)]
    [InlineData("Straße Œuvre 2", false)]
    [InlineData("🌡 Boiler, 2nd floor!", false)]
    [InlineData("Cafe\u0301", false)]
    [InlineData("Кухня 1", true)]
    [InlineData("東京 Room 2", true)]
    [InlineData("Room ٣", true)]
    [InlineData("Room \ud840\udc00", true)]
    public void A_name_loses_letters_when_some_are_of_another_script(string name, bool loses) => Assert.Equal(loses, RoomSlug.LosesLetters(name));

    [Fact]
    public void With_a_hash_the_uids_of_names_differ_that_are_the_same_without()
    {
        Assert.Equal(RoomSlug.From("Кухня 1"), RoomSlug.From("Спальня 1"));
        Assert.Matches("^1-[0-9a-f]{8}$", RoomSlug.WithHash("Спальня 1"));
        Assert.NotEqual(RoomSlug.WithHash("Кухня 1"), RoomSlug.WithHash("Спальня 1"));
        Assert.Matches("^x{41}-[0-9a-f]{8}$", RoomSlug.WithHash(new string('x', 100)));
    }

    [Fact]
    public void Every_name_gives_a_valid_uid() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["éß-_ 'aZ9居\u0301\ud83d\udecf"], 0, 120]).Sample(
            name =>
            {
                var uid = RoomSlug.From(name);
                Assert.True(Uids.IsValid(uid), uid);
                Assert.True(Uids.IsValid(RoomSlug.WithHash(name)), name);
                Assert.Equal(uid, RoomSlug.From(name));
                Assert.False(uid.StartsWith('-') || uid.EndsWith('-') || uid.Contains("--", StringComparison.Ordinal), uid);
            },
            iter: 20_000);
}
