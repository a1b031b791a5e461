// What every client does: these calls, each with what must come back.
var (client, url) = (args[0], args[1]);
using var http = new HttpClient();
var scenario = new Scenario(client);
await (client == "nswag" ? NSwagCalls.RunAsync(http, url, scenario) : KiotaCalls.RunAsync(http, url, scenario));
Console.WriteLine($"{scenario.Calls} calls as expected");

internal sealed class Scenario(string uid)
{
    public string Uid => uid;

    public static DateTimeOffset Ts { get; } = new(2025, 9, 10, 20, 54, 45, 793, TimeSpan.Zero);

    public int Calls { get; private set; }

    public void Check(bool condition, string what)
    {
        Calls++;
        if (!condition)
        {
            throw new InvalidOperationException($"Call {Calls} is not as expected: {what}");
        }
    }
}
