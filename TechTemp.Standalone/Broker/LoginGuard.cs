using System.Net;
using System.Net.Sockets;

namespace TechTemp.Standalone.Broker;

/// <summary>
/// Bounds how many passwords can be guessed, and logs refused logins. Each address may fail ten times at once and then
/// once every two seconds; each user name, over all addresses, a hundred times and then ten times a second, so that nobody
/// guesses faster with many addresses. An address from which a user has logged in before is exempt from the limit of
/// its user name: others who guess cannot lock it out. What is above a limit is refused without being checked.
/// </summary>
internal sealed partial class LoginGuard(TimeProvider time, ILogger<LoginGuard> logger)
{
    private const int LongestName = 60;

    private readonly Lock _lock = new();
    private readonly Allowances _byAddress = new(burst: 10, perSecond: 0.5);
    private readonly Allowances _byName = new(burst: 100, perSecond: 10);
    private readonly Allowances _log = new(burst: 20, perSecond: 1);
    private readonly RecentSet _known = new();
    private int _notLogged;

    /// <summary>Whether the password of a login may be checked now.</summary>
    /// <param name="remote">Where the client is.</param>
    /// <param name="name">Its user name.</param>
    public bool MayTry(EndPoint remote, string? name)
    {
        lock (_lock)
        {
            var (address, user, now) = (AddressOf(remote), name ?? "", Now());
            return _byAddress.Has(address, now) && (_known.Contains((address, user)) || _byName.Has(user, now));
        }
    }

    /// <summary>Notes that a login has succeeded.</summary>
    public void Succeeded(EndPoint remote, string? name)
    {
        lock (_lock)
        {
            _known.Add((AddressOf(remote), name ?? ""));
        }
    }

    /// <summary>Notes and logs that a login was refused.</summary>
    /// <param name="remote">Where the client is.</param>
    /// <param name="name">Its user name.</param>
    /// <param name="reason">Why.</param>
    /// <param name="isChecked">Whether its password was checked; false for what was above a limit.</param>
    public void Refused(EndPoint remote, string? name, string reason, bool isChecked)
    {
        int notLogged;
        lock (_lock)
        {
            var now = Now();
            if (isChecked)
            {
                _byAddress.Take(AddressOf(remote), now);
                _byName.Take(name ?? "", now);
            }

            if (!_log.Take("", now))
            {
                _notLogged++;
                return;
            }

            (notLogged, _notLogged) = (_notLogged, 0);
        }

        LogRefused(logger, Printable(name), remote.ToString() ?? "unknown", reason, notLogged);
    }

    /// <summary>A client's text for a log: short, and without control characters, which a terminal would obey.</summary>
    internal static string Printable(string? text) => text is null ? "(none)" : string.Concat(
        (text.Length > LongestName ? text[..LongestName] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
            ? $"\\u{(int)c:x4}"
            : c.ToString()));

    private double Now() => time.GetElapsedTime(0).TotalSeconds;

    // A client with IPv6 has a whole /64 to itself.
    private static string AddressOf(EndPoint remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 && !IPAddress.IsLoopback(address)
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    [LoggerMessage(42, LogLevel.Warning, "Refused the login of '{User}' from {Address}: {Reason} ({NotLogged} more refused logins since the last line)")]
    private static partial void LogRefused(ILogger logger, string user, string address, string reason, int notLogged);

    /// <summary>Allowances by key that refill over time, for a bounded number of keys; those beyond share one.</summary>
    private sealed class Allowances(double burst, double perSecond)
    {
        private const int MostKeys = 10_000;
        private const string Others = "\0";

        private readonly Dictionary<string, (double Left, double At)> _used = [];

        public bool Has(string key, double now) => Left(Slot(key, now), now) >= 1;

        public bool Take(string key, double now)
        {
            var slot = Slot(key, now);
            var left = Left(slot, now);
            _used[slot] = (Math.Max(0, left - 1), now);
            return left >= 1;
        }

        private double Left(string key, double now) => _used.TryGetValue(key, out var used) ? Math.Min(burst, used.Left + ((now - used.At) * perSecond)) : burst;

        // A key is any text that a client sends: only its hash is kept where it is long.
        private string Slot(string key, double now)
        {
            var slot = key.Length <= LongestName ? key : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)));
            if (_used.Count < MostKeys || _used.ContainsKey(slot))
            {
                return slot;
            }

            // Full ones are as good as none.
            foreach (var full in _used.Keys.Where(k => Left(k, now) >= burst).ToList())
            {
                _used.Remove(full);
            }

            return _used.Count < MostKeys ? slot : Others;
        }
    }

    /// <summary>The last logins that succeeded, a bounded number.</summary>
    private sealed class RecentSet
    {
        private const int Most = 10_000;

        private readonly HashSet<(string, string)> _set = [];
        private readonly Queue<(string, string)> _order = new();

        public bool Contains((string, string) login) => _set.Contains(login);

        public void Add((string, string) login)
        {
            if (_set.Add(login))
            {
                _order.Enqueue(login);
                if (_order.Count > Most)
                {
                    _set.Remove(_order.Dequeue());
                }
            }
        }
    }
}
