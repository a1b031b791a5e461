using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.Http;

/// <summary>Collects what is wrong with a request, by field, so that all of it is told at once.</summary>
internal sealed class Errors
{
    private const int MaxTextLength = 100;
    private readonly Dictionary<string, List<string>> _byField = [];

    public bool Any => _byField.Count > 0;

    /// <summary>Notes that a field breaks a rule, as in "limit must be from 1 to 10000".</summary>
    public void Add(string field, string rule)
    {
        if (!_byField.TryGetValue(field, out var rules))
        {
            _byField.Add(field, rules = []);
        }

        rules.Add($"{field} {rule}");
    }

    /// <summary>A text of 1 to 100 characters after trimming; null where it may be absent and is.</summary>
    public string? Text(string field, string? value, bool required = false)
    {
        var text = value?.Trim();
        if (text is null && required)
        {
            Add(field, "is required");
        }
        else if (text is "" or { Length: > MaxTextLength } || text?.Any(char.IsControl) == true)
        {
            Add(field, $"must be 1 to {MaxTextLength} characters without control characters");
        }

        return text;
    }

    /// <summary>An id by the rule of <see cref="Uids"/>; null where it may be absent and is.</summary>
    public string? Uid(string field, string? value, bool required = false)
    {
        if (value is null ? required : !Uids.IsValid(value))
        {
            Add(field, value is null ? "is required" : Uids.Rule);
        }

        return value;
    }

    /// <summary>A whole number in a range; the fallback where it is absent or wrong.</summary>
    public int Limit(string field, string? value, int most, int fallback)
    {
        if (value is null)
        {
            return fallback;
        }

        if (int.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
        {
            return number;
        }

        Add(field, $"must be a whole number from 1 to {most}");
        return fallback;
    }

    /// <summary>A time in unix milliseconds; the fallback where it is absent or wrong.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">An ISO 8601 time, or a date.</param>
    /// <param name="endOfDay">Whether a date means its end.</param>
    /// <param name="fallback">For none.</param>
    public long Time(string field, string? value, bool endOfDay, long fallback)
    {
        if (value is null)
        {
            return fallback;
        }

        if (QueryTime.TryParse(value, endOfDay, out var time))
        {
            return time.ToUnixTimeMilliseconds();
        }

        Add(field, QueryTime.Rule);
        return fallback;
    }

    /// <summary>true or false; the fallback where it is absent or wrong.</summary>
    public bool Flag(string field, string? value, bool fallback)
    {
        if (value is null)
        {
            return fallback;
        }

        if (bool.TryParse(value, out var flag))
        {
            return flag;
        }

        Add(field, "must be true or false");
        return fallback;
    }

    /// <summary>A cursor that an answer gave; the fallback where there is none.</summary>
    public long Cursor(string? value, long fallback)
    {
        if (value is null)
        {
            return fallback;
        }

        if (long.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var position))
        {
            return position;
        }

        Add("cursor", "must be the next_cursor of an answer");
        return fallback;
    }

    public ProblemHttpResult ToProblem() =>
        Problems.BadRequest(
            string.Join("; ", _byField.Values.SelectMany(rules => rules)),
            _byField.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()));
}
