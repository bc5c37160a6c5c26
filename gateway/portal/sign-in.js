"use strict";
// Lets a reader of the reference try its reads with a token, which lives in this page's memory alone.
(() => {
  const panel = document.getElementById("sign-in");
  if (!panel) return;
  const words = panel.dataset;
  const field = (name) => panel.querySelector(`[name="${name}"]`);
  const said = panel.querySelector("output");
  const longest = 20000;
  let token = "";

  const asked = (path, headers, more) =>
    fetch(path, { headers, credentials: "omit", cache: "no-store", redirect: "error", ...more });

  const bearer = () => (token ? { Authorization: `Bearer ${token}` } : {});

  const basic = (id, secret) => {
    const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
    return { Authorization: `Basic ${btoa(pair)}`, "Content-Type": "application/x-www-form-urlencoded" };
  };

  const refusal = async (answer) => {
    const body = await answer.json().catch(() => ({}));
    return `${answer.status} ${body.detail || body.error_description || body.title || ""}`;
  };

  const issued = async (id, secret) => {
    const body = "grant_type=client_credentials";
    const answer = await asked("/oauth/token", basic(id, secret), { method: "POST", body });
    if (!answer.ok) throw new Error(await refusal(answer));
    return (await answer.json()).access_token;
  };

  const introduced = async () => {
    const answer = await asked("/v1/me", bearer());
    if (!answer.ok) throw new Error(await refusal(answer));
    const me = await answer.json();
    const ends = new Date(me.expires_at).toLocaleTimeString(document.documentElement.lang);
    return `${me.organisation_name || me.organisation_id} · ${me.scopes.join(" ")} · ${words.until} ${ends}`;
  };

  const signIn = async () => {
    const [id, secret, pasted] = ["client_id", "client_secret", "token"].map((name) => field(name).value.trim());
    field("client_secret").value = field("token").value = "";
    said.textContent = words.waiting;
    try {
      token = pasted || (await issued(id, secret));
      said.textContent = await introduced();
    } catch (error) {
      token = "";
      said.textContent = `${words.refused} ${error.message}`;
    }
  };

  const signOut = () => {
    token = "";
    said.textContent = words.out;
  };

  const tried = async (path, shown) => {
    const url = new URL(path, location.origin);
    // a token never leaves for another host, whatever is typed
    if (url.origin !== location.origin) {
      shown.textContent = words.foreign;
      return;
    }
    shown.textContent = words.waiting;
    try {
      const answer = await asked(url.pathname + url.search, { Accept: "application/json", ...bearer() });
      const text = await answer.text();
      shown.textContent = `${answer.status}\n${text.slice(0, longest)}${text.length > longest ? "…" : ""}`;
    } catch (error) {
      shown.textContent = `${words.refused} ${error.message}`;
    }
  };

  const made = (kind, attributes, text) => {
    const element = Object.assign(document.createElement(kind), attributes);
    if (text) element.textContent = text;
    return element;
  };

  for (const place of document.querySelectorAll("[data-path]")) {
    const name = `try-${place.dataset.operation}`;
    const form = made("form", { className: "try" });
    const path = made("input", { id: name, type: "text", value: place.dataset.path, autocomplete: "off" });
    const shown = made("pre", { tabIndex: 0, hidden: true });
    shown.setAttribute("aria-live", "polite");
    form.append(made("label", { htmlFor: name }, words.address), path, made("button", { type: "submit" }, words.try));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      shown.hidden = false;
      tried(path.value, shown);
    });
    place.append(form, shown);
  }
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    signIn();
  });
  panel.querySelector("[type=button]").addEventListener("click", signOut);
  panel.hidden = false;
})();
