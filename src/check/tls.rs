//! The certificate behind the webhook's address, as a stranger sees it from here.
//!
//! reqwest hands the certificate over as it came, in DER. Of it only the two dates are needed, so that they are read
//! here, instead of bringing a parser for everything else that can stand in one.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use reqwest::tls::TlsInfo;
use url::Url;

use super::Finding;
use super::figures::span;
use shell::ask::reason;

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// Let's Encrypt's certificates live 90 days and are renewed 30 days before; one that has fewer was not.
const RENEWED: TimeDelta = TimeDelta::days(14);

const REMEDY: &str = "renew it (`certbot renew`, then `systemctl reload nginx`), see why the timer did not \
                      (`systemctl status certbot.timer`), and let nginx serve the whole chain (fullchain.pem)";

/// What was found.
pub(super) struct Found {
    /// Why it is not trusted; `None` where it is.
    distrust: Option<String>,
    /// When it ends, where a certificate came at all.
    ends: Option<DateTime<Utc>>,
}

/// Looks at the certificate; `None` where the address has none, as on this machine.
pub(super) async fn certificate(url: &Url) -> Option<Found> {
    if url.scheme() != "https" {
        return None;
    }
    Some(match look(url, false).await {
        Ok(ends) => Found { distrust: None, ends },
        // Once more, to see when one that is not trusted ends.
        Err(distrust) => Found { distrust: Some(distrust), ends: look(url, true).await.ok().flatten() },
    })
}

async fn look(url: &Url, trusting: bool) -> Result<Option<DateTime<Utc>>, String> {
    let client = reqwest::Client::builder().no_proxy().tls_info(true).timeout(HANDSHAKE_TIMEOUT);
    let client = client.danger_accept_invalid_certs(trusting).redirect(reqwest::redirect::Policy::none());
    // Without the secret nobody takes it for an update.
    let answer = client.build().map_err(reason)?.get(url.clone()).send().await.map_err(reason)?;
    let certificate = answer.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    Ok(certificate.and_then(ends))
}

/// What to say of it. One that Telegram was given need be signed by nobody.
pub(super) fn judge(found: Found, given: bool, now: DateTime<Utc>) -> Finding {
    let left = found.ends.map(|ends| ends - now);
    let lasts = left.map(|left| match left < TimeDelta::zero() {
        true => format!("it has ended {} ago", span(left)),
        false => format!("it is good for {}", span(left)),
    });
    match (found.distrust, left, lasts) {
        (Some(reason), None, _) => Finding::failure(
            "tls",
            format!("the webhook's address cannot be reached by TLS from here: {reason}"),
            "see whether nginx runs and listens on 443 (`nginx -t`, `systemctl status nginx`), whether the domain leads \
             to this machine, and whether the firewall lets it through",
        ),
        (_, Some(left), Some(lasts)) if left < TimeDelta::zero() => Finding::failure("tls", lasts, REMEDY),
        (Some(_), Some(_), Some(lasts)) if given => Finding::fine("tls", format!("Telegram was given it, and {lasts}")),
        (Some(reason), _, Some(lasts)) => {
            Finding::failure("tls", format!("the certificate is not trusted: {reason} ({lasts})"), REMEDY)
        }
        (None, Some(left), Some(lasts)) if left < RENEWED => Finding::warning("tls", lasts, REMEDY),
        (None, _, Some(lasts)) => Finding::fine("tls", format!("the certificate is trusted, and {lasts}")),
        (None, _, None) => Finding::fine("tls", "the certificate is trusted"),
        (Some(reason), _, None) => Finding::failure("tls", reason, REMEDY),
    }
}

/// Tags of DER (X.690).
const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When a certificate ends (RFC 5280, 4.1): `Certificate { tbs { [0] version, serial, algorithm, issuer, validity {
/// from, until }, … } … }`.
fn ends(der: &[u8]) -> Option<DateTime<Utc>> {
    let (certificate, _) = expect(der, SEQUENCE)?;
    let (tbs, _) = expect(certificate, SEQUENCE)?;
    let after_version = expect(tbs, VERSION).map_or(tbs, |(_, rest)| rest);
    let (_, rest) = expect(after_version, INTEGER)?;
    let (_, rest) = expect(rest, SEQUENCE)?;
    let (_, rest) = expect(rest, SEQUENCE)?;
    let (validity, _) = expect(rest, SEQUENCE)?;
    let (_, _, until) = element(validity)?;
    let (tag, text, _) = element(until)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ` from 2050 on.
fn time(tag: u8, text: &str) -> Option<DateTime<Utc>> {
    let whole = match tag {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    // “99991231235959Z” stands for a certificate that never ends.
    let never = NaiveDate::from_ymd_opt(9999, 12, 31)?.and_hms_opt(0, 0, 0)?;
    Some(NaiveDateTime::parse_from_str(&whole, "%Y%m%d%H%M%SZ").unwrap_or(never).and_utc())
}

/// The content of the first element, which must have this tag, and what follows it.
fn expect(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = element(der)?;
    (tag == wanted).then_some((content, rest))
}

/// Tag and content of the first element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..0x80 => (usize::from(*first), rest),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (
                digits.iter().try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add(usize::from(*digit)))?,
                rest,
            )
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;

    fn found(distrust: Option<&str>, days: i64) -> Found {
        Found { distrust: distrust.map(str::to_owned), ends: Some(DateTime::UNIX_EPOCH + TimeDelta::days(days)) }
    }

    #[test]
    fn an_end_that_is_near_is_told_before_it_comes() {
        let verdict = |distrust, days, given| judge(found(distrust, days), given, DateTime::UNIX_EPOCH).verdict;
        assert_eq!(verdict(None, 60, false), Verdict::Fine);
        assert_eq!(verdict(None, 10, false), Verdict::Warning);
        assert_eq!(verdict(Some("Expired"), -1, false), Verdict::Failure);
        assert_eq!(verdict(Some("UnknownIssuer"), 60, false), Verdict::Failure);
        assert_eq!(verdict(Some("UnknownIssuer"), 60, true), Verdict::Fine, "Telegram trusts what it was given");
        assert_eq!(verdict(Some("UnknownIssuer"), -1, true), Verdict::Failure);
    }

    #[test]
    fn both_kinds_of_dates_are_read_and_nothing_else() {
        let at = |tag, text| time(tag, text).map(|time| time.to_rfc3339());
        assert_eq!(at(UTC_TIME, "260314120000Z").as_deref(), Some("2026-03-14T12:00:00+00:00"));
        assert_eq!(at(GENERALIZED_TIME, "20510314120000Z").as_deref(), Some("2051-03-14T12:00:00+00:00"));
        assert_eq!(at(INTEGER, "260314120000Z"), None);
        for cut in [&[0x30_u8, 0x82][..], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1], &[0x30, 3, 1], &[]] {
            assert_eq!(ends(cut), None, "{cut:?}");
        }
    }
}
