using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>Returns one part of a table: <c>{"from","to","total","page","pages","rows":[…]}</c>, or CSV. A table that does not follow the period has no <c>from</c> and <c>to</c>.</summary>
internal static class TableResult
{
    public static ApiTable Of<T>(string file, ApiColumns<T> columns, Paged<T> page, UsageFilter? filter, bool isCsv) =>
        ApiTable.Of(file, columns, page.Rows, isCsv, json =>
        {
            if (filter is not null)
            {
                json.WriteString("from", ApiValue.Format(filter.From));
                json.WriteString("to", ApiValue.Format(filter.To));
            }

            json.WriteNumber("total", page.Total);
            json.WriteNumber("page", page.State.Page);
            json.WriteNumber("pages", page.Pages);
        });
}
