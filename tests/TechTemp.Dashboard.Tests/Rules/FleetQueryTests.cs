using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>Searching, filtering and ordering the devices.</summary>
public sealed class FleetQueryTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Sensor[] s_sensors =
    [
        Sensor("s-1", "Fenêtre", "Entrée", "h1", "online", 21, 40, 1),
        Sensor("s-2", "Sensor 10", "Salon", "h1", "offline", 25, 30, 500),
        Sensor("s-3", "Sensor 9", "Salon", "h2", "late", 18, 70, 30),
        new(new("s-4", null, null, "AHT20", "h2", true, "never", s_now, null), null),
    ];

    [Theory]
    [InlineData("entree", "s-1")]
    [InlineData("FENÊTRE", "s-1")]
    [InlineData("salon 9", "s-3")]
    [InlineData("aht20", "s-4")]
    [InlineData("sensor", "s-2", "s-3")]
    [InlineData("s-", "s-1", "s-2", "s-3", "s-4")]
    [InlineData("nothing")]
    public void All_words_must_occur_in_name_uid_room_or_model_whatever_their_case_and_accents(string search, params string[] uids) =>
        Assert.Equal(uids, s_sensors.Where(new FleetQuery(search).Filter()).Select(s => s.Device.Uid));

    [Fact]
    public void Filters_are_combined()
    {
        Assert.Equal(["s-2"], Uids(new(Home: "h1", Room: "salon")));
        Assert.Equal(["s-4"], Uids(new(Home: "h2", Status: "never")));
        Assert.Empty(Uids(new(Home: "h1", Status: "never")));

        static IEnumerable<string> Uids(FleetQuery query) => s_sensors.Where(query.Filter()).Select(s => s.Device.Uid);
    }

    [Theory]
    [InlineData(FleetSort.Name, false, "s-1", "s-4", "s-3", "s-2")]
    [InlineData(FleetSort.Name, true, "s-2", "s-3", "s-4", "s-1")]
    [InlineData(FleetSort.Temperature, false, "s-3", "s-1", "s-2", "s-4")]
    [InlineData(FleetSort.Temperature, true, "s-2", "s-1", "s-3", "s-4")]
    [InlineData(FleetSort.Humidity, false, "s-2", "s-1", "s-3", "s-4")]
    [InlineData(FleetSort.Age, false, "s-1", "s-3", "s-2", "s-4")]
    [InlineData(FleetSort.Age, true, "s-2", "s-3", "s-1", "s-4")]
    [InlineData(FleetSort.Status, false, "s-2", "s-3", "s-4", "s-1")]
    public void A_list_is_ordered_numbers_in_names_by_their_value_and_what_has_no_value_last(FleetSort sort, bool descending, params string[] uids)
    {
        var query = new FleetQuery(Sort: sort, Descending: descending);

        var ordered = query.Ordered(s_sensors, s => s.Name, s => s.Latest is { } r ? (r.Temperature, r.Humidity, r.Ts) : null, s => s.Status);

        Assert.Equal(uids, ordered.Select(s => s.Device.Uid));
    }

    [Theory]
    [InlineData(FleetSort.Temperature, false, "cold", "warm", "air", "moist")]
    [InlineData(FleetSort.Temperature, true, "warm", "cold", "air", "moist")]
    [InlineData(FleetSort.Humidity, false, "moist", "cold", "air", "warm")]
    [InlineData(FleetSort.Humidity, true, "cold", "moist", "air", "warm")]
    [InlineData(FleetSort.Age, false, "air", "cold", "moist", "warm")]
    public void What_does_not_measure_the_value_of_an_order_comes_last(FleetSort sort, bool descending, params string[] uids)
    {
        Sensor[] sensors = [Sensor("warm", "warm", "r", "h", "online", 21, null, 4), Sensor("moist", "moist", "r", "h", "online", null, 0, 3), Sensor("cold", "cold", "r", "h", "online", -3, 50, 2), Sensor("air", "air", "r", "h", "online", null, null, 1)];

        var ordered = new FleetQuery(Sort: sort, Descending: descending).Ordered(sensors, s => s.Name, s => s.Latest is { } r ? (r.Temperature, r.Humidity, r.Ts) : null, s => s.Status);

        Assert.Equal(uids, ordered.Select(s => s.Device.Uid));
    }

    [Fact]
    public void An_address_that_is_not_understood_looks_for_everything() =>
        Assert.Equal(new FleetQuery(), FleetQuery.Parse(" ", "", null, "sleepy", "7", "up", "-3"));

    [Fact]
    public void Reading_an_address_gives_what_it_says() =>
        Assert.Equal(
            new FleetQuery("a b", "h1", "salon", "late", FleetSort.Humidity, Descending: true, Page: 3), FleetQuery.Parse("a b ", "h1", "salon", "late", "humidity", "desc", "3"));

    private static Sensor Sensor(string uid, string label, string room, string home, string status, double? temperature, double? humidity, int age)
    {
        var seen = s_now.AddMinutes(-age);
        return new(new(uid, new(SearchWords.Fold(room), room), label, null, home, true, status, s_now, seen), Answers.Latest(uid, null, seen, temperature, humidity));
    }
}
