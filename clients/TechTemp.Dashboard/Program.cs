using TechTemp.Dashboard;

return await DashboardProgram.RunAsync(args);
