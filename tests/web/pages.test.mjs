// Tables, panels, explanations, and what the browser remembers of them.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { copiedText } from "../../web/src/copy.ts";
import { placeOf } from "../../web/src/hints.ts";
import { compare, countText, sortValue } from "../../web/src/offline.ts";
import { panelKey } from "../../web/src/panels.ts";
import { recall, remember, storedTheme } from "../../web/src/store.ts";
import { formUrl, tablesKey, tablesQuery } from "../../web/src/table-state.ts";
import { otherTheme } from "../../web/src/theme.ts";

const sorted = (cells) => cells.map(([figure, text]) => sortValue(figure, text)).sort(compare);

test("a cell with a figure is sorted by it, not by its text", () => assert.deepEqual(sorted([["1300", "1.3k"], ["9", "9"], ["2500000", "2.5M"]]), [9, 1300, 2_500_000]));

test("an unknown figure is the smallest, and is not zero", () => assert.deepEqual(sorted([["0", "0"], ["", "—"], ["-5", "−5"]]), [Number.NEGATIVE_INFINITY, -5, 0]));

test("equal figures keep their order", () => {
  const rows = [{ id: "a", v: 1 }, { id: "b", v: 0 }, { id: "c", v: 1 }];
  assert.equal(compare(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY), 0);
  assert.deepEqual(rows.sort((a, b) => compare(a.v, b.v)).map((row) => row.id), ["b", "a", "c"]);
});

test("texts are sorted without their case and the space around them", () => {
  assert.equal(sortValue(undefined, "  Zoë@Example.org\n"), "zoë@example.org");
  assert.deepEqual(sorted([[undefined, "beta"], [undefined, "Alpha"], [undefined, " émile "]]), ["alpha", "beta", "émile"]);
});

test("figures among texts are compared as texts", () => assert.ok(compare(10, "9") < 0));

test("a search says how many rows match of how many", () => {
  assert.equal(countText(3, 61_380, "users", true), "3 of 61\u202f380 users");
  assert.equal(countText(0, 5, "users", true), "0 of 5 users");
  assert.equal(countText(5, 5, "users", false), "5 users");
});

test("sort, search and view of tables are remembered; page, period and filters are not", () =>
  assert.equal(tablesQuery("?period=7d&users.sort=-cost&users.q=a+b&users.page=3&log.view=chart&model=opus"), "users.sort=-cost&users.q=a+b&log.view=chart"));

test("a query with nothing to remember is forgotten", () => {
  assert.equal(tablesQuery(""), null);
  assert.equal(tablesQuery("?period=7d&sort=x&Users.sort=x&a.b.sort=x"), null);
});

test("a remembered query survives a second round", () => {
  const once = tablesQuery("?users.q=%26+%C3%A9%3D");
  assert.equal(tablesQuery(`?${once}`), once);
  assert.equal(new URLSearchParams(once).get("users.q"), "& é=");
});

test("all users' pages remember their tables and panels together", () => {
  assert.equal(tablesKey("/admin/users/a%40example.org"), tablesKey("/admin/users/b%40example.org"));
  assert.equal(panelKey("fold", "/admin/users/a", "days"), "fold:user:days");
  assert.equal(panelKey("view", "/admin/", "days"), "view:usage:days");
});

test("the list of users is a page of its own", () => {
  assert.equal(tablesKey("/admin/users"), "tables:/admin/users");
  assert.notEqual(tablesKey("/quota"), tablesKey("/admin/"));
});

test("the URL of a form has its fields, without the empty ones and without what the action said", () =>
  assert.equal(
    formUrl("http://127.0.0.1:8080/admin/?old=1#users", [["period", "7d"], ["users.q", ""], ["model", "a b&c"], ["model", "d"]]),
    "http://127.0.0.1:8080/admin/?period=7d&model=a+b%26c&model=d#users",
  ));

test("a form whose fields are all empty leads to the bare page", () => assert.equal(formUrl("http://127.0.0.1/quota?x=1", [["q", ""]]), "http://127.0.0.1/quota"));

test("a file in a form is no part of its URL", () => assert.equal(formUrl("http://127.0.0.1/x", [["file", new Blob(["a"])], ["q", "1"]]), "http://127.0.0.1/x?q=1"));

test("what was copied starts a sentence", () => {
  assert.equal(copiedText("token"), "Token copied");
  assert.equal(copiedText("the command"), "The command copied");
});

test("the button changes to the opposite of what is seen", () => {
  assert.equal(otherTheme("dark", false), "light");
  assert.equal(otherTheme("light", true), "dark");
  assert.equal(otherTheme(undefined, true), "light");
  assert.equal(otherTheme(undefined, false), "dark");
  assert.equal(otherTheme("", true), "light");
});

const view = { width: 1000, height: 600 };
const text = { width: 300, height: 200 };

test("an explanation opens below its sign", () => assert.deepEqual(placeOf({ left: 400, top: 100, bottom: 116 }, text, view), { left: 388, top: 122 }));

test("an explanation stays within the left and right edges", () => {
  assert.equal(placeOf({ left: 5, top: 100, bottom: 116 }, text, view).left, 12);
  assert.equal(placeOf({ left: 990, top: 100, bottom: 116 }, text, view).left, 688);
  assert.equal(placeOf({ left: 200, top: 100, bottom: 116 }, { width: 1200, height: 10 }, view).left, 12);
});

test("an explanation opens above only if it fits there and not below", () => {
  assert.equal(placeOf({ left: 400, top: 500, bottom: 516 }, text, view).top, 294);
  assert.equal(placeOf({ left: 400, top: 378, bottom: 394 }, text, view).top, 400);
  assert.equal(placeOf({ left: 400, top: 206, bottom: 222 }, text, { width: 1000, height: 400 }).top, 228);
});

class Storage {
  #values = new Map();
  setItem(key, value) {
    this.#values.set(key, String(value));
  }
  getItem(key) {
    return this.#values.get(key) ?? null;
  }
  removeItem(key) {
    this.#values.delete(key);
  }
}

beforeEach(() => {
  globalThis.localStorage = new Storage();
});

test("a remembered value is kept under the product's own prefix, and can be forgotten", () => {
  remember("fold:usage:days", "1");
  assert.equal(localStorage.getItem("ccflux.fold:usage:days"), "1");
  assert.equal(recall("fold:usage:days"), "1");
  remember("fold:usage:days", null);
  assert.equal(recall("fold:usage:days"), null);
});

test("a stored theme that is none is ignored", () => {
  assert.equal(storedTheme(), null);
  remember("theme", "dark");
  assert.equal(storedTheme(), "dark");
  remember("theme", "sepia");
  assert.equal(storedTheme(), null);
});

test("a browser that forbids storage loses the memory, not the page", () => {
  const refuse = () => {
    throw new DOMException("denied", "SecurityError");
  };
  globalThis.localStorage = { setItem: refuse, getItem: refuse, removeItem: refuse };
  remember("theme", "dark");
  remember("theme", null);
  assert.equal(recall("theme"), null);
  assert.equal(storedTheme(), null);
});
