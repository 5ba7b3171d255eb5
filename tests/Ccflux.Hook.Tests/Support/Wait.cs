using System.Diagnostics;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Support;

/// <summary>Waits for a condition, not for a time.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TestDeadline.Ample, $"Waited in vain: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
