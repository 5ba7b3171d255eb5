using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Tests.Usage.Read;

public sealed class PriceOptionsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("{", "is not a valid price list")]
    [InlineData("""{"models":{"m":[{"from":"2024-01-01"}]}}""", "is not a valid price list")]
    [InlineData("null", "is not a valid price list")]
    public void Prices_ThatCannotBeRead_AreAFaultThatNamesTheKey(string text, string fault)
    {
        File.WriteAllText(_file, text);

        var faults = new PriceOptions { Path = _file }.Validate(new ValidationContext(this)).ToList();

        Assert.StartsWith("PRICES_PATH: ", Assert.Single(faults).ErrorMessage);
        Assert.Contains(fault, faults[0].ErrorMessage);
    }

    [Fact]
    public void Prices_ThatAreNotThereOrTooLarge_AreAFault()
    {
        File.WriteAllText(_file, new string(' ', 2_000_000));

        Assert.Single(new PriceOptions { Path = "/nonexistent/prices.json" }.Validate(new ValidationContext(this)));
        Assert.Contains("1024 KB", new PriceOptions { Path = _file }.Validate(new ValidationContext(this)).Single().ErrorMessage);
    }

    [Fact]
    public async Task Prices_OfOnesOwn_AreThosePagesCountWith()
    {
        await File.WriteAllTextAsync(_file, """
            {"models":{"own-model":[{"from":"2026-01-01","input":1,"cache_write_5m":0,"cache_write_1h":0,"cache_read":0,"output":2},
                                    {"from":"2026-11-20","input":10,"cache_write_5m":0,"cache_write_1h":0,"cache_read":0,"output":20}]}}
            """, TestContext.Current.CancellationToken);
        await using var history = await History.EmptyAsync(("PRICES_PATH", _file));
        await history.AddUserAsync(1);
        var noon = history.Time.GetUtcNow();
        await history.StoreAsync(
            1,
            History.Turn("s", 0, noon.AddDays(-1), ("own-model", History.Usage(1_000_000, 1_000_000))),
            History.Turn("s", 1, noon, ("own-model", History.Usage(1_000_000, 1_000_000)), ("claude-opus-5-5", History.Usage(5, 5))));

        var view = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(noon)));

        Assert.Equal(33m, view.Cards.Cost.Total.Usd);
        Assert.Equal(["claude-opus-5-5"], view.Cards.Cost.Total.Unpriced);
        Assert.Equal(new PriceListRef(IsOwn: true, Updated: null), view.PricesOf);
        Assert.Null(view.Models.Rows.Single(row => row.Model.Name == "claude-opus-5-5").Cost.Usd);
    }

    public void Dispose() => File.Delete(_file);
}
