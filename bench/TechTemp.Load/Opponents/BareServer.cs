using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace TechTemp.Load.Opponents;

/// <summary>Kestrel and nothing else: <c>/{bytes}</c> answers with as many bytes, which lie ready.</summary>
internal static class BareServer
{
    public const string Verb = "bare-server";

    /// <summary>Starts it.</summary>
    public static Task<ChildProcess> StartAsync(int port, IEnumerable<int> sizes) =>
        Opponent.StartAsync(PublishedHosts.Api, [Verb, Text(port), .. sizes.Select(Text)]);

    /// <summary>What asks it for an answer of that size.</summary>
    public static string PathOf(int size) => $"/{Text(size)}";

    /// <summary>Runs it until it is killed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var answers = arguments.Skip(1).Select(int.Parse).Distinct().ToDictionary(PathOf, size => Enumerable.Repeat((byte)'0', size).ToArray());
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{arguments[0]}");
        await using var app = builder.Build();
        app.Run(context =>
        {
            var answer = answers[context.Request.Path.Value!];
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = answer.Length;
            return context.Response.Body.WriteAsync(answer).AsTask();
        });
        await app.StartAsync();
        Console.WriteLine(Opponent.Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
