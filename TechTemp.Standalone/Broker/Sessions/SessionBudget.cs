namespace TechTemp.Standalone.Broker.Sessions;

/// <summary>The memory of all sessions together, in bytes.</summary>
internal sealed class SessionBudget(BrokerOptions options)
{
    public long Used { get; private set; }

    /// <summary>Whether a session may have so much more.</summary>
    /// <param name="has">What it has, in bytes.</param>
    /// <param name="more">What it needs, in bytes.</param>
    /// <param name="isRetained">Whether it is for a retained message, for which there is more room.</param>
    public bool Has(long has, int more, bool isRetained)
    {
        var beside = isRetained ? options.RetainedBytes : 0;
        return has + more <= options.SessionBytes + beside && Used + more <= options.QueuedBytes + beside;
    }

    public void Take(long bytes) => Used += bytes;

    public void Return(long bytes) => Used -= bytes;
}
