using TechTemp.Dashboard;
using TechTemp.Dashboard.Api;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;

return await HostStart.RunAsync(
    args,
    new("TechTemp's dashboard: shows readings, devices and rooms of the HTTP API.")
    {
        ShortForms = ["API_URL"],
    },
    options =>
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddServiceDefaults(defaultPort: 3002);
        builder.AddDashboard();
        // In this program the API is another one; in Standalone it is the same.
        builder.Services.PostConfigure<DashboardOptions>(o => o.ApiUrl ??= new("http://localhost:3000"));

        var app = builder.Build();
        // It can do its work without the API: it says on every page that the API does not answer.
        app.MapDefaultEndpoints();
        app.MapDashboard();
        return app;
    });
