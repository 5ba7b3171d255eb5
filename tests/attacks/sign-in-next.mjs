// The URL to go to after signing in, with letters beyond ASCII.
import { adminToken, asAdmin, ask, attack } from "./lib.mjs";

await attack("sign-in-next", async ({ start }) => {
  const receiver = await start();
  const form = await ask(receiver.address, "/admin/login", { method: "POST", body: new URLSearchParams({ token: adminToken, next: "/admin/ü" }) });
  const page = await ask(receiver.address, `/admin/login?next=${encodeURIComponent("/admin/ü")}`, { headers: asAdmin });
  return form.status >= 500 || page.status >= 500 ? `signing in with next=/admin/ü answers ${form.status} (form) and ${page.status} (page)` : undefined;
});
