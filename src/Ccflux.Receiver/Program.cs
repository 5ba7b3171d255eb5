using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage;

// Stands in until the platform's own: see its branch.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSettings<HttpOptions>(builder.Configuration);
builder.Services.AddSingleton<RequestLimits>();
builder.Services.AddSingleton<IChangeFeed, SilentFeed>();
builder.Services.AddStorage(builder.Configuration);
builder.Services.AddIdentity(builder.Configuration);
builder.Services.AddUsage(builder.Configuration);
builder.Services.CheckSettings(builder.Configuration);
builder.WebHost.UseUrls("http://" + builder.Configuration.GetValue("LISTEN_ADDR", "0.0.0.0:8080"));
var app = builder.Build();
app.MapIdentity();
app.MapUsage();
app.Run();

public partial class Program;
