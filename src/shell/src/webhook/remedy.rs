//! What to do about Telegram's words when it could not deliver an update.
//!
//! The words are those of tdlib/telegram-bot-api's `WebhookActor.cpp` and of tdlib's network code; those of OpenSSL
//! follow “SSL error”.

use crate::Names;

/// One sentence for the operator; `names` are those of the program that the operator runs.
pub fn remedy(words: &str, names: Names) -> String {
    sentence(words).replace("{settings}", names.settings).replace("{program}", names.program)
}

fn sentence(words: &str) -> &'static str {
    let words = words.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["ssl", "certificate"]) {
        "Telegram does not trust the TLS certificate of {settings}_WEBHOOK_URL: renew it (`certbot renew`), and let nginx \
         serve the whole chain (fullchain.pem)"
    } else if says(&["401 "]) {
        "the secret that Telegram sends is not {settings}_WEBHOOK_SECRET: `serve` sets it again by itself; if it comes \
         back, two programs with different secrets run for this bot"
    } else if says(&["403 ", "405 ", "444 "]) {
        "nginx turns Telegram away: its rules for the webhook's path let POST through only with the secret's header, and \
         from Telegram's networks (149.154.160.0/20, 91.108.4.0/22)"
    } else if says(&["404 ", "410 "]) {
        "nothing answers at the path of {settings}_WEBHOOK_URL: nginx must hand on just this path to {settings}_PORT"
    } else if says(&["413 "]) {
        "nginx takes no body that large on the webhook's path: raise client_max_body_size there to 1m"
    } else if says(&["429 "]) {
        "nginx limits Telegram's calls: raise limit_req on the webhook's path, or lower {settings}_WEBHOOK_CONNECTIONS"
    } else if says(&["502 ", "504 "]) {
        "nginx does not reach `serve`: see whether it runs (`systemctl status '{program}@*'`), and listens on the port \
         that nginx hands on to"
    } else if says(&["503 "]) {
        "`serve` asks to come later, as it does while MongoDB is away: see `{program} check`"
    } else if says(&["wrong response"]) {
        "something else than `serve` answers there: look into nginx's log for the webhook's path"
    } else if says(&["refused", "reset", "connection closed", "can't connect"]) {
        "nothing listens where {settings}_WEBHOOK_URL points: see whether nginx runs, and whether the firewall lets its \
         port through"
    } else if says(&["timed out", "timeout", "unreachable", "no route"]) {
        "no answer comes from where {settings}_WEBHOOK_URL points: see the firewall, the machine's load, and \
         `{program} check`"
    } else if says(&["resolve", "ip address", "ipv6"]) {
        "the name in {settings}_WEBHOOK_URL leads to no public IPv4 address: see the domain's A record"
    } else {
        "see `{program} check`, and nginx's log for the webhook's path"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_telegrams_words_has_a_remedy_of_its_own() {
        let words = [
            ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
            ("Wrong response from the webhook: 401 Unauthorized", "TEA_WEBHOOK_SECRET"),
            ("Wrong response from the webhook: 403 Forbidden", "149.154.160.0/20"),
            ("Wrong response from the webhook: 404 Not Found", "path"),
            ("Wrong response from the webhook: 413 Request Entity Too Large", "client_max_body_size"),
            ("Wrong response from the webhook: 502 Bad Gateway", "serve"),
            ("Wrong response from the webhook: 503 Service Unavailable", "MongoDB"),
            ("Wrong response from the webhook: 301 Moved Permanently", "something else"),
            ("Connection refused", "firewall"),
            ("Connection timed out", "no answer"),
            ("Read timeout expired", "no answer"),
            ("Failed to resolve host: No address associated with hostname", "A record"),
        ];
        let names = Names { program: "tea", settings: "TEA" };
        for (told, part) in words {
            let said = remedy(told, names);
            assert!(said.contains(part) && !said.contains(['{', '}']), "{told}: {said}");
        }
    }
}
