//! How receipts are sent by e-mail.

use std::net::IpAddr;
use std::str::FromStr;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use url::Url;

use super::{ConfigError, Secret, Sources};

/// The setting that names the mail server.
pub const SMTP_URL: &str = "SHOPKEEPER_SMTP_URL";
/// The setting that says whom receipts come from.
pub const MAIL_FROM: &str = "SHOPKEEPER_MAIL_FROM";

/// The mail server that receipts are sent by, and whom they come from.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// `SHOPKEEPER_SMTP_URL`, such as `smtps://user:password@mail.example.com`.
    pub url: Secret,
    /// `SHOPKEEPER_MAIL_FROM`, such as `Tea House <orders@tea.example>`.
    pub from: Mailbox,
}

/// The two settings; `None`: no receipts are sent.
pub(super) fn read_mail_server(sources: &Sources) -> Result<Option<MailServer>, ConfigError> {
    let from = sources.get(MAIL_FROM);
    let Some(url) = sources.get(SMTP_URL) else {
        let remedy =
            "there is an address that receipts come from, but no mail server; set it, or take the address away";
        return from.map_or(Ok(None), |_| Err(ConfigError::Missing { name: SMTP_URL, remedy }));
    };
    check_url(&url)?;
    let from = from.ok_or(ConfigError::Missing {
        name: MAIL_FROM,
        remedy: "receipts come from an address that the mail server lets you use, such as Tea House <orders@tea.example>",
    })?;
    let mailbox = Mailbox::from_str(&from).map_err(|_| ConfigError::Wrong {
        name: MAIL_FROM,
        value: from,
        problem: "write an address such as orders@tea.example or Tea House <orders@tea.example>".to_owned(),
    })?;
    Ok(Some(MailServer { url: Secret::new(url), from: mailbox }))
}

fn check_url(url: &str) -> Result<(), ConfigError> {
    // The value holds a password.
    let wrong =
        |problem: &str| ConfigError::Wrong { name: SMTP_URL, value: "…".to_owned(), problem: problem.to_owned() };
    let shape = "write smtps://user:password@mail.example.com, or smtp://user:password@mail.example.com?tls=required; \
                 signs such as @ and / within the password are written as %40 and %2F";
    let parsed: Url = url.parse().map_err(|_| wrong(shape))?;
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| wrong(shape))?;
    let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let is_secure =
        parsed.scheme() == "smtps" || parsed.query_pairs().any(|(name, how)| name == "tls" && how == "required");
    if parsed.password().is_some() && !is_secure && !is_here {
        return Err(wrong("the password would cross the network in the clear; write smtps://, or add ?tls=required"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::sources;
    use super::*;

    #[test]
    fn a_mail_server_is_an_address_and_a_sender_and_no_password_crosses_a_network_in_the_clear() {
        let from = "Tea House <orders@tea.example>";
        let read = |url: &str| read_mail_server(&sources(&[(SMTP_URL, url), (MAIL_FROM, from)]));
        for fine in [
            "smtps://shop:pass%40word@mail.example.com",
            "smtp://shop:password@mail.example.com:587?tls=required",
            "smtp://shop:password@127.0.0.1:2525",
            "smtp://shop:password@[::1]",
            "smtp://relay.internal",
        ] {
            let server = read(fine).unwrap_or_else(|error| panic!("{fine}: {error}")).unwrap();
            assert_eq!((server.url.expose(), server.from.to_string().as_str()), (fine, from));
        }
        for wrong in [
            "mail.tea.example",
            "https://mail.tea.example",
            "smtp://mail.tea.example?tls=perhaps",
            "smtp://shop:password@mail.tea.example",
            "smtp://shop:password@mail.tea.example?tls=opportunistic",
        ] {
            let problem = read(wrong).expect_err(wrong);
            assert_eq!(problem.name(), Some(SMTP_URL), "{wrong}");
            assert!(!problem.to_string().contains(wrong), "{problem}");
        }
    }

    #[test]
    fn neither_setting_is_of_use_without_the_other() {
        let missing =
            |set: (&'static str, &'static str)| read_mail_server(&sources(&[set])).expect_err("one alone").name();
        assert_eq!(missing((SMTP_URL, "smtps://mail.example.com")), Some(MAIL_FROM));
        assert_eq!(missing((MAIL_FROM, "orders@tea.example")), Some(SMTP_URL));
        assert!(read_mail_server(&sources(&[])).unwrap().is_none());
        let nobody = read_mail_server(&sources(&[(SMTP_URL, "smtps://mail.example.com"), (MAIL_FROM, "Tea House")]));
        assert_eq!(nobody.expect_err("no address").name(), Some(MAIL_FROM));
    }
}
