using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>Where the store is.</summary>
public sealed class StoreOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Store";

    /// <summary>The SQLite file, absolute or relative to the working directory. Its folder is created.</summary>
    [Required(ErrorMessage = "Store:Path (DB_PATH) must name a file.")]
    [Description("The SQLite file; its folder is created. `ConnectionStrings:techtemp` (`Data Source=…`) comes first, `DB_PATH` is the short form.")]
    public string Path { get; set; } = "data/techtemp.db";

    /// <summary>How long a write waits for another process's write before it fails and is tried again, 0 to 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "Store:BusyTimeout must be from 00:00:00 to 00:01:00.")]
    [Description("How long a write waits for another process's write.")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
