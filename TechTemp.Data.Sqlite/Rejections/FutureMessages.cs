using Microsoft.Data.Sqlite;
using TechTemp.Data.Replay;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Rejections;

/// <summary>The readings that are held because their time has not come, over a connection that reads other things as well.</summary>
internal static class FutureMessages
{
    /// <inheritdoc cref="Replay.FutureMessages.DevicesAsync" />
    public static List<FutureDevice> Devices(SqliteConnection connection)
    {
        using var command = connection.Prepare(Replay.FutureMessages.DevicesSql, ("@held", SqliteType.Integer), ("@reason", SqliteType.Text));
        using var reader = command.Bind(0, 1).Bind(1, RejectionReasons.InFuture).Rows();
        var devices = new List<FutureDevice>();
        while (reader.Read())
        {
            devices.Add(Replay.FutureMessages.Device(reader));
        }

        return devices;
    }
}
