using TechTemp.Clients.Device.Sensors;
using TechTemp.Clients.Device.Simulation;

namespace TechTemp.Clients.Device.Tests.Simulation;

/// <summary>The simulated house is one that somebody could live in.</summary>
public sealed class SimulatedHouseTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_year_in_every_room_is_believable()
    {
        foreach (var room in SimulatedRoom.House(12))
        {
            var year = Year(room, TimeSpan.FromMinutes(30)).ToList();
            var cellar = room.Uid.StartsWith("cellar", StringComparison.Ordinal);
            Assert.All(year, c => Assert.InRange(c.Temperature, cellar ? 11 : 13, 30));
            Assert.All(year, c => Assert.InRange(c.Humidity, 12, 98));
            Assert.InRange(year.Average(c => c.Temperature), cellar ? 12 : 17, cellar ? 16 : 24);
            Assert.InRange(year.Average(c => c.Humidity), 35, 75);
        }
    }

    [Fact]
    public void Nothing_leaps_from_one_minute_to_the_next()
    {
        foreach (var room in SimulatedRoom.House(6))
        {
            var before = room.At(s_start);
            for (var minute = 1; minute < 14 * 24 * 60; minute++)
            {
                var now = room.At(s_start.AddMinutes(minute));
                Assert.InRange(Math.Abs(now.Temperature - before.Temperature), 0, 1.5);
                Assert.InRange(Math.Abs(now.Humidity - before.Humidity), 0, 15);
                before = now;
            }
        }
    }

    [Fact]
    public void Rooms_follow_the_weather_each_with_its_own_inertia()
    {
        var summer = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        var hours = Enumerable.Range(0, 20 * 24).Select(h => summer.AddHours(h)).ToList();
        var outside = hours.Select(h => SimulatedWeather.Temperature(h.ToUnixTimeSeconds() / 3600.0)).ToList();
        var living = hours.Select(h => Room("living-room").At(h).Temperature).ToList();
        var cellar = hours.Select(h => Room("cellar").At(h).Temperature).ToList();

        Assert.True(Swing(outside) > Swing(living) && Swing(living) > 3 * Swing(cellar));
        Assert.True(Correlation(outside, living) > 0.4);
    }

    [Fact]
    public void A_lagged_wave_is_the_solution_of_the_lag()
    {
        // τ · dT/dt + T = outside, by the explicit method of Euler with small steps.
        const double Inertia = 8, Step = 0.01;
        var hours = s_start.ToUnixTimeSeconds() / 3600.0;
        var temperature = SimulatedWeather.Temperature(hours, Inertia);
        for (var i = 0; i < 100 / Step; i++)
        {
            temperature += Step / Inertia * (SimulatedWeather.Temperature(hours + (i * Step)) - temperature);
        }

        Assert.Equal(SimulatedWeather.Temperature(hours + 100, Inertia), temperature, tolerance: 0.02);
    }

    [Fact]
    public void Heating_rests_on_cold_nights_only()
    {
        Assert.True(Cooling(1) > 1.5);
        Assert.True(Cooling(1) > Cooling(7) + 0.3);

        // From the evening to the end of the night, over two weeks.
        static double Cooling(int month) => Enumerable.Range(1, 14).Average(day => At(month, day, 20) - At(month, day + 1, 4));

        static double At(int month, int day, int hour) => Room("office").At(new(2026, month, day, hour, 0, 0, TimeSpan.Zero)).Temperature;
    }

    [Fact]
    public void Showers_and_meals_are_seen()
    {
        Assert.Equal(14, DaysWithAPeak("bathroom", c => c.Humidity, 15));
        Assert.Equal(14, DaysWithAPeak("kitchen", c => c.Temperature, 1.2));
    }

    [Fact]
    public void The_same_moment_always_looks_the_same() =>
        Assert.Equal(SimulatedRoom.House(3)[2].At(s_start.AddSeconds(5)), SimulatedRoom.House(50)[2].At(s_start.AddSeconds(5)));

    [Fact]
    public void Fifty_rooms_have_fifty_devices()
    {
        var rooms = SimulatedRoom.House(50);

        Assert.Equal(50, rooms.Select(SimulationOptions.Uid).Distinct().Count());
        Assert.Equal(["demo-living-room", "demo-cellar", "demo-living-room-2"], new[] { 0, 5, 6 }.Select(i => SimulationOptions.Uid(rooms[i])));
    }

    [Fact]
    public void Silence_leaves_5_to_15_minutes_of_each_hour_out()
    {
        var sensor = Faulty(SimulatedFault.Silence);

        for (var hour = 0; hour < 48; hour++)
        {
            Assert.InRange(Enumerable.Range(0, 3600).Count(s => sensor.Sensor.Measure(s_start.AddHours(hour).AddSeconds(s)) is null), 290, 910);
        }
    }

    [Fact]
    public void Jumps_are_single_readings_that_are_far_off()
    {
        var off = Differences(SimulatedFault.Jumps, 10_000).Where(d => d != 0).ToList();

        Assert.InRange(off.Count, 60, 140);
        Assert.All(off, d => Assert.InRange(Math.Abs(d), 4.99, 15.01));
    }

    [Fact]
    public void A_drift_grows_with_the_days()
    {
        var differences = Differences(SimulatedFault.Drift, 4 * 24 * 60).ToList();

        Assert.Equal(0, differences[0], tolerance: 0.01);
        Assert.Equal(2, differences[^1], tolerance: 0.01);
    }

    [Fact]
    public void Late_and_duplicates_are_the_senders()
    {
        var late = Faulty(SimulatedFault.Late).Faults;
        var twice = Faulty(SimulatedFault.Duplicates).Faults;

        Assert.InRange(Enumerable.Range(0, 24 * 60).Count(m => late.IsAway(s_start.AddMinutes(m))), 24 * 4, 24 * 16);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(s => twice.IsSentTwice(s)), 900, 1100);
        Assert.DoesNotContain(Enumerable.Range(0, 1000), s => late.IsSentTwice(s) || twice.IsAway(s_start.AddMinutes(s)));
    }

    private static (SimulatedSensor Sensor, SimulatedFaults Faults) Faulty(SimulatedFault fault)
    {
        var faults = new SimulatedFaults([fault], 1, s_start);
        return (new(Room("living-room"), faults), faults);
    }

    private static IEnumerable<double> Differences(SimulatedFault fault, int minutes)
    {
        var sensor = Faulty(fault).Sensor;
        return Enumerable.Range(0, minutes + 1).Select(m => s_start.AddMinutes(m)).Select(t => sensor.Measure(t)!.Value.Temperature - Room("living-room").At(t).Temperature);
    }

    private static SimulatedRoom Room(string uid) => SimulatedRoom.House(6).Single(r => r.Uid == uid);

    private static IEnumerable<Climate> Year(SimulatedRoom room, TimeSpan every)
    {
        for (var at = s_start; at < s_start.AddYears(1); at += every)
        {
            yield return room.At(at);
        }
    }

    // On how many of two weeks' days something rises by so much within half an hour.
    private static int DaysWithAPeak(string room, Func<Climate, double> value, double rise) => Enumerable.Range(0, 14).Count(day =>
        Enumerable.Range(0, 24 * 60).Any(m => value(Room(room).At(s_start.AddDays(day).AddMinutes(m + 30))) - value(Room(room).At(s_start.AddDays(day).AddMinutes(m))) > rise));

    private static double Swing(List<double> values) => values.Chunk(24).Average(day => day.Max() - day.Min());

    private static double Correlation(List<double> a, List<double> b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        return a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum() / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }
}
