// What the URL says about a page's tables, and what of it is remembered.

/** Fields restored on the next visit: how tables are sorted and searched, but not periods and filters. */
const remembered = /^[a-z]+\.(sort|q|view)$/;

/** Returns the key of what is remembered of a page's tables. All users' pages share one. */
export const tablesKey = (path: string): string => `tables:${path.startsWith("/admin/users/") ? "user" : path}`;

/** Returns the remembered part of a query, or null if nothing in it is remembered. */
export function tablesQuery(search: string): string | null {
  const fields = [...new URLSearchParams(search)].filter(([name]) => remembered.test(name));
  return fields.length > 0 ? new URLSearchParams(fields).toString() : null;
}

/** Returns the URL of a GET form, without empty fields. */
export function formUrl(action: string, fields: Iterable<[string, FormDataEntryValue]>): string {
  const url = new URL(action);
  url.search = "";
  for (const [name, value] of fields) {
    if (typeof value === "string" && value !== "") {
      url.searchParams.append(name, value);
    }
  }
  return url.href;
}
