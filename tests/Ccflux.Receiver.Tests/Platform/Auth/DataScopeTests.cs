using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Tests.Platform.Auth;

/// <summary>About whom a caller may read, and what it may do with that.</summary>
public sealed class DataScopeTests
{
    [Theory]
    [InlineData(1, "Platform", true, true, true)]
    [InlineData(2, "Platform", true, true, false)]
    [InlineData(2, "platform", true, false, false)]
    [InlineData(2, "Data", true, false, false)]
    [InlineData(1, "", true, false, true)]
    [InlineData(2, "", true, false, false)]
    public void Contains_TheUsersOfItsKind(long user, string division, bool everybody, bool platform, bool self)
    {
        Assert.Equal(everybody, DataScope.Everybody.Contains(user, division));
        Assert.Equal(platform, DataScope.OfDivisions("Platform", "Support").Contains(user, division));
        Assert.Equal(self, DataScope.OfUser(1).Contains(user, division));
        Assert.False(DataScope.Nobody.Contains(user, division));
    }

    /// <summary>Users without a division have an empty one: its name must not select them all.</summary>
    [Fact]
    public void Divisions_WithAnEmptyName_DoNotHoldUsersWithoutADivision()
    {
        Assert.False(DataScope.OfDivisions("", "Platform").Contains(1, ""));
        Assert.False(DataScope.OfDivisions("").IsEverybody);
    }

    [Fact]
    public void Can_InANarrowScope_IsOnlyWhatIsLimitedToIt()
    {
        Principal Of(DataScope scope) => new(Actor.System, Permissions.All, scope, "");

        Assert.Equal(Permissions.All.Order(), Permissions.All.Where(Of(DataScope.Everybody).Can).Order());
        foreach (var narrow in new[] { DataScope.OfDivisions("Platform"), DataScope.OfUser(1), DataScope.Nobody })
        {
            Assert.Equal(
                [Permission.UsageRead, Permission.UsageReadOwn, Permission.QuotaRead, Permission.DocsRead],
                Permissions.All.Where(Of(narrow).Can).Order());
            Assert.False(Of(narrow).IsOperator);
        }
    }

    [Fact]
    public void Can_WithoutThePermission_IsNothingInAnyScope()
    {
        var principal = new Principal(Actor.System, Permissions.None, DataScope.Everybody, "");

        Assert.DoesNotContain(Permissions.All, principal.Can);
    }
}
