global using Xunit;
global using FleetAccountId = Ccflux.Receiver.Fleet.FleetAccountId;
