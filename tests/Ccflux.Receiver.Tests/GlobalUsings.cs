global using Xunit;
global using FleetAccountId = Ccflux.Receiver.Fleet.FleetAccountId;
global using QuotaAccountId = Ccflux.Receiver.Quota.QuotaAccountId;
