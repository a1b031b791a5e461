using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Api.Live;

/// <summary>The live stream of readings.</summary>
public sealed class LiveOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Live";

    /// <summary>After which silence a listener gets a comment, 0.1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Live:Heartbeat must be from 00:00:00.1 to 01:00:00.")]
    [Description("After which silence a listener of the live stream gets a comment, so that nobody between takes the connection for dead.")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many of the last events are kept, 1 to 1,000,000; about 400 bytes each.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Live:KeptEvents must be from 1 to 1000000.")]
    [Description("How many of the last events are kept for listeners that come back or are behind. Who lacks more gets the newest state of each device.")]
    public int KeptEvents { get; set; } = 4_096;

    /// <summary>How many may listen at once, 1 to 100,000.</summary>
    [Range(1, 100_000, ErrorMessage = "Live:MaxListeners must be from 1 to 100000.")]
    [Description("How many may listen to the live stream at once; who comes beyond is answered 503.")]
    public int MaxListeners { get; set; } = 2_000;

    /// <summary>How long a listener may take nothing of what waits for it, 0.1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Live:SendTimeout must be from 00:00:00.1 to 01:00:00.")]
    [Description("How long a listener may take nothing of what waits for it before its connection is closed.")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
