//! What to do about Telegram's words when it could not deliver an update.
//!
//! The words are those of tdlib/telegram-bot-api's `WebhookActor.cpp` and of tdlib's network code; OpenSSL's stand
//! behind “SSL error”.

/// One sentence for whoever runs the bot.
pub(crate) fn remedy(words: &str) -> &'static str {
    let words = words.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["ssl", "certificate"]) {
        "Telegram does not trust the TLS certificate of SHOPKEEPER_WEBHOOK_URL: renew it (`certbot renew`), and let nginx \
         serve the whole chain (fullchain.pem)"
    } else if says(&["401 "]) {
        "the secret that Telegram sends is not SHOPKEEPER_WEBHOOK_SECRET: `serve` sets it again by itself; if it comes \
         back, two programs with different secrets run for this bot"
    } else if says(&["403 ", "405 ", "444 "]) {
        "nginx turns Telegram away: its rules for the webhook's path let POST through only with the secret's header, and \
         from Telegram's networks (149.154.160.0/20, 91.108.4.0/22)"
    } else if says(&["404 ", "410 "]) {
        "nothing answers at the path of SHOPKEEPER_WEBHOOK_URL: nginx must hand on just this path to SHOPKEEPER_PORT"
    } else if says(&["413 "]) {
        "nginx takes no body that large on the webhook's path: raise client_max_body_size there to 1m"
    } else if says(&["429 "]) {
        "nginx limits Telegram's calls: raise limit_req on the webhook's path, or lower SHOPKEEPER_WEBHOOK_CONNECTIONS"
    } else if says(&["502 ", "504 "]) {
        "nginx does not reach `serve`: see whether it runs (`systemctl status 'shopkeeper@*'`), and listens on the port \
         that nginx hands on to"
    } else if says(&["503 "]) {
        "`serve` asks to come later, as it does while MongoDB is away: see `shopkeeper check`"
    } else if says(&["wrong response"]) {
        "something else than `serve` answers there: look into nginx's log for the webhook's path"
    } else if says(&["refused", "reset", "connection closed", "can't connect"]) {
        "nothing listens where SHOPKEEPER_WEBHOOK_URL points: see whether nginx runs, and whether the firewall lets its \
         port through"
    } else if says(&["timed out", "timeout", "unreachable", "no route"]) {
        "no answer comes from where SHOPKEEPER_WEBHOOK_URL points: see the firewall, the machine's load, and \
         `shopkeeper check`"
    } else if says(&["resolve", "ip address", "ipv6"]) {
        "the name in SHOPKEEPER_WEBHOOK_URL leads to no public IPv4 address: see the domain's A record"
    } else {
        "see `shopkeeper check`, and nginx's log for the webhook's path"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_telegrams_words_has_a_remedy_of_its_own() {
        let words = [
            ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
            ("Wrong response from the webhook: 401 Unauthorized", "SHOPKEEPER_WEBHOOK_SECRET"),
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
        for (told, part) in words {
            assert!(remedy(told).contains(part), "{told}: {}", remedy(told));
        }
    }
}
