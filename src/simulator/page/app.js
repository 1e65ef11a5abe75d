// Mini Apps: a page of the bot in a frame over the chat, and what it asks of Telegram
// (https://core.telegram.org/api/web-events).

import { iconButton, make } from "./dom.js";
import { deepLink } from "./rich.js";

const VERSION = "9.1";
/// What a page asks for that changes nothing here.
const QUIET = new Set(["iframe_ready", "web_app_ready", "web_app_expand", "web_app_set_header_color", "web_app_set_background_color",
  "web_app_set_bottom_bar_color", "web_app_trigger_haptic_feedback", "web_app_setup_swipe_behavior", "web_app_setup_settings_button"]);
const NO_INSETS = { top: 0, bottom: 0, left: 0, right: 0 };

/// Opens a Mini App. `key` is the label of the key that opens it, if one of the keyboard does: only then it can send data.
export async function openApp(chat, address, key = null) {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return chat.toast(`A Mini App has an address that begins with https: this one is ${address}`);
  // A page of the simulator itself could act as anybody.
  if (url.origin === location.origin) return chat.toast("A Mini App is served by the bot, not by the simulator.");
  if (chat.app) return null;
  // Whom a key opens it for, Telegram does not say: such a page can only send data.
  const started = key === null ? await chat.actOn("app") : { init_data: "" };
  if (started && !chat.app) chat.app = new MiniApp(chat, url, key, started);
  return chat.app;
}

// The colours of the page, as Telegram gives them to Mini Apps.
function theme() {
  const style = getComputedStyle(document.documentElement);
  const names = { bg_color: "--bar", text_color: "--ink", hint_color: "--soft", link_color: "--accent", button_color: "--accent",
    button_text_color: "--onaccent", secondary_bg_color: "--ground", accent_text_color: "--accent" };
  return Object.fromEntries(Object.entries(names).map(([name, own]) => [name, style.getPropertyValue(own).trim()]));
}

class MiniApp {
  constructor(chat, url, key, { init_data: data }) {
    Object.assign(this, { chat, key, asksFirst: false });
    const launch = new URLSearchParams({ ...(data && { tgWebAppData: data }), tgWebAppVersion: VERSION, tgWebAppPlatform: "web",
      tgWebAppThemeParams: JSON.stringify(theme()) });
    url.hash = `${url.hash ? `${url.hash}&` : ""}${launch}`;
    this.frame = make("iframe", { src: url.href, title: `Mini App of ${chat.botTitle()}`, referrerPolicy: "no-referrer" });
    this.frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads");
    this.back = iconButton("back", "Back", () => this.tell("back_button_pressed"));
    this.back.hidden = true;
    const shut = iconButton("close", "Close the Mini App", () => this.leave());
    this.main = this.action("main");
    this.secondary = this.action("secondary");
    this.node = make("section", { className: "app", role: "dialog", "aria-label": `Mini App of ${chat.botTitle()}` },
      make("header", {}, this.back, make("h2", { textContent: chat.botTitle() }), shut),
      this.frame, make("footer", {}, this.secondary, this.main));
    this.heard = (event) => { if (event.source === this.frame.contentWindow) this.hear(event.data); };
    window.addEventListener("message", this.heard);
    this.node.addEventListener("keydown", (event) => { if (event.key === "Escape") this.leave(); });
    this.covered = [...chat.node.children].filter((one) => one !== chat.toasts);
    this.covered.forEach((one) => { one.inert = true; });
    chat.node.append(this.node);
    shut.focus();
  }

  action(name) {
    return make("button", { type: "button", className: `start ${name}`, hidden: true, onclick: () => this.tell(`${name}_button_pressed`) });
  }

  close() {
    if (this.chat.app !== this) return;
    window.removeEventListener("message", this.heard);
    this.node.remove();
    this.covered.forEach((one) => { one.inert = false; });
    this.chat.app = null;
    this.chat.composer.field.focus();
  }

  /// Closes it as a person does, who may be asked first.
  async leave() {
    if (!this.asksFirst || (await this.chat.curtain.choose("Changes that you made may not be saved.", [{ id: "close", text: "Close anyway" }, { id: "", text: "Cancel" }]))) this.close();
  }

  /// Tells the page of something. It hears texts, as from Telegram's own clients in the browser.
  tell(eventType, eventData = null) {
    this.frame.contentWindow?.postMessage(JSON.stringify({ eventType, eventData }), "*");
  }

  hear(message) {
    let told = message;
    try {
      if (typeof message === "string") told = JSON.parse(message);
    } catch {
      return;
    }
    const name = told?.eventType;
    if (typeof name !== "string" || QUIET.has(name)) return;
    const answer = ANSWERS[name];
    if (answer) answer(this, told.eventData || {});
    else this.chat.toast(`The Mini App asks for ${name}, which the simulator does not do.`);
  }
}

function setUp(button, { is_visible: shown, is_active: active, is_progress_visible: busy, text }) {
  button.hidden = !shown;
  button.disabled = active === false;
  if (text) button.textContent = text;
  button.setAttribute("aria-busy", String(Boolean(busy)));
}

async function openPopup(app, { title, message, buttons }) {
  const words = { ok: "OK", close: "Close", cancel: "Cancel" };
  const options = (buttons || []).map(({ id, type, text }) => ({ id: id ?? "", text: text || words[type] || "OK" }));
  const chosen = await app.chat.curtain.choose([title, message].filter(Boolean).join("\n\n"), options);
  app.tell("popup_closed", chosen === null ? {} : { button_id: chosen });
}

async function sendData(app, { data }) {
  // Only a page that a key of the keyboard has opened can send data.
  if (app.key === null) return app.chat.toast("Only a Mini App that a key of the keyboard opens can send data.");
  if (await app.chat.actOn("data", { label: app.key, text: String(data) })) app.close();
}

async function openInvoice(app, { slug }) {
  const paid = await app.chat.actOn("pay", { link: `https://t.me/$${slug}` });
  app.tell("invoice_closed", { slug, status: paid ? "pending" : "failed" });
}

function openTelegramLink(app, { path_full: path }) {
  const start = deepLink(`https://t.me${path}`, app.chat.botName());
  if (start === null) return app.chat.toast(`The Mini App opens t.me${path}, which the simulator does not have.`);
  app.close();
  return app.chat.start(start);
}

const ANSWERS = {
  web_app_close: (app) => app.close(),
  web_app_data_send: sendData,
  web_app_setup_main_button: (app, data) => setUp(app.main, data),
  web_app_setup_secondary_button: (app, data) => setUp(app.secondary, data),
  web_app_setup_back_button: (app, data) => { app.back.hidden = !data.is_visible; },
  web_app_setup_closing_behavior: (app, data) => { app.asksFirst = Boolean(data.need_confirmation); },
  web_app_request_theme: (app) => app.tell("theme_changed", { theme_params: theme() }),
  web_app_request_viewport: (app) => app.tell("viewport_changed",
    { width: app.frame.clientWidth, height: app.frame.clientHeight, is_state_stable: true, is_expanded: true }),
  web_app_request_safe_area: (app) => app.tell("safe_area_changed", NO_INSETS),
  web_app_request_content_safe_area: (app) => app.tell("content_safe_area_changed", NO_INSETS),
  web_app_open_popup: openPopup,
  web_app_open_link: (app, { url }) => { if (/^https?:/i.test(url)) window.open(url, "_blank", "noopener"); },
  web_app_open_tg_link: openTelegramLink,
  web_app_open_invoice: openInvoice,
  web_app_request_phone: async (app) => app.tell("phone_requested", { status: (await app.chat.composer.shareContact()) ? "sent" : "cancelled" }),
  web_app_request_write_access: (app) => app.tell("write_access_requested", { status: "allowed" }),
  web_app_switch_inline_query: (app, { query, chat_types: types }) => {
    app.close();
    if (types?.length) app.chat.askInlineElsewhere(query);
    else app.chat.askInline(query);
  },
  web_app_invoke_custom_method: (app, { req_id }) => app.tell("custom_method_invoked", { req_id, error: "NOT_SIMULATED" }),
};
