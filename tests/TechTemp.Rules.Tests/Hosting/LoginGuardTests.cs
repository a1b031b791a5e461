using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using TechTemp.Rules.Tests.Support;
using TechTemp.Standalone.Broker;

namespace TechTemp.Rules.Tests.Hosting;

/// <summary>Tests that measure the memory of the process: no other test runs beside them.</summary>
[CollectionDefinition(nameof(MemoryMeasured), DisableParallelization = true)]
public sealed class MemoryMeasured;

/// <summary>How often passwords can be guessed at Standalone's broker, and what that does to others.</summary>
[Collection(nameof(MemoryMeasured))]
public sealed class LoginGuardTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogLines<LoginGuard> _log = new();
    private readonly LoginGuard _guard;

    public LoginGuardTests() => _guard = new(_time, _log);

    [Fact]
    public void One_address_guesses_ten_times_and_then_once_every_two_seconds()
    {
        Assert.Equal(10, Guess("192.168.1.66", "house", 1_000));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(10, Guess("192.168.1.66", "house", 1_000));
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(1, Guess("192.168.1.66", "house", 100));
        }
    }

    [Fact]
    public void Many_addresses_together_guess_no_faster_than_ten_times_a_second_for_one_user()
    {
        var guessed = Enumerable.Range(0, 1_000).Sum(i => Guess($"10.0.{i / 250}.{i % 250}", "house", 10));
        Assert.Equal(100, guessed);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Enumerable.Range(0, 1_000).Sum(i => Guess($"10.1.{i / 250}.{i % 250}", "house", 10)));
    }

    [Fact]
    public void A_sensor_elsewhere_logs_in_while_others_guess_its_password()
    {
        _guard.Succeeded(At("192.168.1.7"), "house");
        Guess("192.168.1.66", "house", 1_000);
        for (var i = 0; i < 200; i++)
        {
            Guess($"10.0.0.{i}", "house", 10);
        }

        Assert.True(_guard.MayTry(At("192.168.1.7"), "house"));
        Assert.False(_guard.MayTry(At("192.168.1.8"), "house"));
        // Not for long: the allowance comes back as soon as the guessing ends.
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_guard.MayTry(At("192.168.1.8"), "house"));
    }

    [Fact]
    public void All_addresses_of_one_network_of_IPv6_count_as_one()
    {
        Assert.Equal(10, Enumerable.Range(0, 50).Sum(i => Guess(string.Create(CultureInfo.InvariantCulture, $"2001:db8::{i:x}"), "house", 1)));
        Assert.Equal(1, Guess("2001:db8:0:1::1", "house", 1));
    }

    [Fact]
    public void Any_number_of_addresses_and_names_takes_a_bounded_memory()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 30_000; i++)
        {
            Guess($"10.{i / 62500}.{i / 250 % 250}.{i % 250}", new string('x', 1_000) + i.ToString(CultureInfo.InvariantCulture), 1);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 10_000_000);
        GC.KeepAlive(_guard);
    }

    [Fact]
    public void A_refused_login_is_logged_with_its_name_made_harmless_and_a_flood_of_them_in_a_few_lines()
    {
        _guard.Refused(At("192.168.1.66"), "ho\u001b[31muse\n2026 info: all is well\u202e", "wrong user name or password", isChecked: true);
        var line = Assert.Single(_log.Written);
        Assert.Contains("'ho\\u001b[31muse\\u000a2026 info: all is well\\u202e' from 192.168.1.66", line, StringComparison.Ordinal);
        Assert.Contains("wrong user name or password", line, StringComparison.Ordinal);

        Guess("192.168.1.66", new string('x', 60_000), 10_000);
        Assert.InRange(_log.Written.Count, 2, 20);
        Assert.All(_log.Written, l => Assert.InRange(l.Length, 1, 300));
        _time.Advance(TimeSpan.FromSeconds(2));
        _guard.Refused(At("192.168.1.66"), null, "no user name", isChecked: true);
        Assert.Contains("(9981 more refused logins since the last line)", _log.Written[^1], StringComparison.Ordinal);
    }

    // How many of these guesses were checked.
    private int Guess(string address, string name, int times)
    {
        var guessed = 0;
        for (var i = 0; i < times; i++)
        {
            var isChecked = _guard.MayTry(At(address), name);
            _guard.Refused(At(address), name, "wrong user name or password", isChecked);
            guessed += isChecked ? 1 : 0;
        }

        return guessed;
    }

    private static IPEndPoint At(string address) => new(IPAddress.Parse(address), 50_000);
}
