//! Addresses and e-mails, after `match_urls`, `match_tg_urls`, `fix_url` and `is_email_address` of tdlib's
//! `MessageEntity.cpp`. An address without `http://` counts where its last part is a well-known one.

use std::ops::Range;

use super::{EntityKind, Found, is_word};

/// What an address does not end with.
const PUNCTUATION: [char; 9] = ['.', ':', ';', ',', '(', '\'', '?', '!', '`'];

/// Ends of addresses that count without `http://`: of countries, and the common ones of the others.
/// tdlib knows all that there are; these are those that people write.
const ENDINGS: &str = "
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd
    cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge
    gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki
    km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my
    mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se
    sg sh si sj sk sl sm sn so sr st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va
    vc ve vg vi vn vu wf ws ye yt za zm zw
    academy agency app art biz blog cafe chat club cloud coffee com company dev digital dog edu email events expert fun
    games gov group guide info int jobs life link live market media mil mobi museum name net network news one onion online org
    page photo plus press pro restaurant sale school science services shop site social space store studio style support
    systems team tech today ton tools top tours travel video vip website wiki work works world xxx xyz zone
    укр рф рус бел срб мкд қаз москва онлайн сайт орг ком дети
";

/// All of both kinds.
pub(super) fn found(text: &str) -> Vec<Found> {
    let paths = Paths::of(text);
    let mut found: Vec<Found> = links_into_telegram(text, &paths).map(|place| (place, EntityKind::Url)).collect();
    for place in candidates(text, &paths) {
        let start = place.end - text[place.clone()].trim_start_matches("mailto:").len();
        if is_email(&text[start..place.end]) {
            found.push((start..place.end, EntityKind::Email));
        } else if let Some(length) = url_length(&text[place.clone()]) {
            found.push((place.start..place.start + length, EntityKind::Url));
        }
    }
    found
}

/// `(tg|ton)://[a-z0-9_-]{1,253}([/?#]…)?`.
fn links_into_telegram(text: &str, paths: &Paths) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(move |(at, _)| {
        let before = &text.as_bytes()[..at];
        let ends = |scheme: &&str| {
            before.len() >= scheme.len() && before[at - scheme.len()..].eq_ignore_ascii_case(scheme.as_bytes())
        };
        let scheme = ["tg", "ton"].into_iter().find(ends)?;
        let behind = &text[at + 3..];
        let host = behind.bytes().take_while(|byte| is_name(*byte)).take(253).count();
        let end = at + 3 + host;
        (host > 0).then(|| at - scheme.len()..end + paths.length(text, end))
    })
}

/// Whatever has a point inside and stands apart from the words around it.
fn candidates(text: &str, paths: &Paths) -> Vec<Range<usize>> {
    let mut candidates = Vec::new();
    let mut from = 0;
    while let Some(dot) = text[from..].find('.').map(|at| from + at) {
        let (place, apart) = candidate(text, paths, from, dot);
        let end = place.end;
        if apart && end > dot + 1 {
            candidates.push(place);
        }
        from = match apart {
            true => end + (text[end..].len() - text[end..].trim_start_matches('.').len()),
            // What stands behind the last point may begin something else.
            false => text[..end].rfind('.').map_or(end, |last| last + 1),
        };
        from = from.max(dot + 1);
    }
    candidates
}

/// What belongs together around a point, and whether it stands apart. Nothing before `from` belongs to it.
fn candidate(text: &str, paths: &Paths, from: usize, dot: usize) -> (Range<usize>, bool) {
    let back = |end: usize, belongs: fn(char) -> bool| from + text[from..end].trim_end_matches(belongs).len();
    let rest = &text[dot..];
    let domain = rest.find(|letter| letter != '@' && !is_domain(letter)).unwrap_or(rest.len());
    let has_at = rest[..domain].contains('@');
    let mut begin = back(dot, is_domain);
    if has_at {
        begin = back(begin, is_user_data);
    }
    let mut end = dot + domain;
    end += port_length(&text[end..]);
    end += paths.length(text, end);
    end = (dot + 1).max(text[..end].trim_end_matches('.').len());
    let mut apart = true;
    if text[from..begin].ends_with('@') {
        // The name of a user, and perhaps a password, stand before it.
        let user = back(begin - 1, is_user_data);
        apart = !has_at && user < begin - 1;
        begin = user;
    }
    let before = &text[from..begin];
    if let Some(scheme) = before.strip_suffix("://").filter(|scheme| scheme.len() >= 3) {
        match scheme_length(scheme) {
            Some(length) => begin -= length + 3,
            None => apart = false,
        }
    } else if before.ends_with(|letter| is_word(letter) || matches!(letter, '/' | '#' | '@')) {
        apart = false;
    }
    (begin..end, apart)
}

/// How long the scheme at the end is, of those that count. Letters may stand before it, unless they make another one.
fn scheme_length(before: &str) -> Option<usize> {
    let part = |letter: char| letter.is_ascii_alphanumeric() || "+-".contains(letter) || !letter.is_ascii();
    let whole =
        before[before.trim_end_matches(|letter: char| part(letter) && !letter.is_whitespace()).len()..].to_lowercase();
    ["https", "http", "ftp", "tonsite"]
        .into_iter()
        .find(|scheme| whole.ends_with(scheme))
        .filter(|_| !matches!(whole.as_str(), "shttp" | "tftp" | "sftp"))
        .map(str::len)
}

fn port_length(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(':') else { return 0 };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    match digits[..length].parse::<u16>() {
        Ok(port) if port > 0 => length + 1,
        _ => 0,
    }
}

/// Where paths, queries and fragments may end. It is noted once for the whole text: in a text of nothing but points and
/// question marks every point may begin one that reaches to the end.
struct Paths {
    /// Runs of what belongs to a path, in order: where each ends, and where its last character ends that is no
    /// punctuation.
    runs: Vec<(usize, usize)>,
}

impl Paths {
    fn of(text: &str) -> Paths {
        let belongs = |letter: char| !matches!(letter, '\n' | '<' | '>' | '"' | '«' | '»') && is_url(letter);
        let (mut runs, mut solid) = (Vec::new(), 0);
        for (at, letter) in text.char_indices() {
            if !belongs(letter) {
                runs.push((at, solid));
            } else if !PUNCTUATION.contains(&letter) {
                solid = at + letter.len_utf8();
            }
        }
        runs.push((text.len(), solid));
        Paths { runs }
    }

    /// How long the path, query and fragment are that begin at a place. Punctuation at their end is not theirs.
    fn length(&self, text: &str, begin: usize) -> usize {
        if !text[begin..].starts_with(['/', '?', '#']) {
            return 0;
        }
        let run = self.runs.partition_point(|(end, _)| *end <= begin);
        let solid = self.runs.get(run).map_or(0, |(_, solid)| *solid);
        let length = solid.max(begin + 1) - begin;
        if length > 1 || text[begin..].starts_with('/') { length } else { 0 }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_domain(letter: char) -> bool {
    match u8::try_from(letter) {
        Ok(byte) if byte < 0xc0 => is_name(byte) || matches!(byte, b'.' | b'~'),
        _ => is_url(letter),
    }
}

fn is_user_data(letter: char) -> bool {
    is_url(letter) && !"\n/[]{}()'`<>\"@«»".contains(letter)
}

/// Anything but spaces and most of the general punctuation.
fn is_url(letter: char) -> bool {
    match letter {
        '\u{200c}' | '\u{200d}' | '\u{2010}'..='\u{2015}' => true,
        '\u{2000}'..='\u{206f}' => false,
        _ => letter == '\n' || letter == '\t' || letter == '\r' || !letter.is_whitespace(),
    }
}

/// How much of a candidate is an address: brackets that nothing opens end it. `None` where it is none.
fn url_length(candidate: &str) -> Option<usize> {
    let scheme = ["https://", "http://", "ftp://", "tonsite://"]
        .into_iter()
        .find(|scheme| candidate.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    let start = scheme.map_or(0, str::len);
    let rest = &candidate[start..];
    let path = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let domain = rest[..path].split_once('@').map_or(&rest[..path], |(_, domain)| domain);
    let domain = domain.rsplit_once(':').map_or(domain, |(domain, _)| domain);
    let balanced = balanced(&rest[path..]);
    is_host(domain, scheme.is_some()).then(|| start + path + balanced.trim_end_matches(PUNCTUATION).len())
}

/// The path up to a bracket that closes what was not opened.
fn balanced(path: &str) -> &str {
    let mut open = [0_i32; 3];
    for (at, letter) in path.char_indices() {
        let (kind, step) = match letter {
            '(' => (0, 1),
            '[' => (1, 1),
            '{' => (2, 1),
            ')' => (0, -1),
            ']' => (1, -1),
            '}' => (2, -1),
            _ => continue,
        };
        open[kind] += step;
        if open[kind] < 0 {
            return &path[..at];
        }
    }
    path
}

/// Whether this names a machine: an IPv4 address, or names whose last one is known, unless a scheme vouches for it.
fn is_host(domain: &str, vouched: bool) -> bool {
    let parts: Vec<&str> = domain.split('.').collect();
    let [.., name, last] = parts.as_slice() else { return false };
    if parts.iter().any(|part| part.is_empty() || part.len() >= 64 || part.ends_with('-')) {
        return false;
    }
    let is_byte = |part: &&str| part.parse::<u8>().is_ok_and(|byte| byte.to_string() == **part);
    if parts.len() == 4 && parts.iter().all(is_byte) {
        return true;
    }
    let only_digits = domain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if only_digits || name.contains('_') || last.chars().nth(1).is_none() {
        return false;
    }
    match last.strip_prefix("xn--") {
        Some(code) => code.len() > 1 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        None => !last.contains(['_', '-']) && (vouched || is_known(last)),
    }
}

/// Whether addresses may end so. `Org` at the start of a sentence is no such end, `ORG` is.
fn is_known(ending: &str) -> bool {
    let low = ending.to_lowercase();
    let sentence = low != ending && low.chars().skip(1).eq(ending.chars().skip(1));
    !sentence && ENDINGS.split_whitespace().any(|known| known == low)
}

/// `([a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}@(([a-z0-9][a-z0-9_-]{0,28})?[a-z0-9][.]){1,6}[a-z]{2,8}`.
fn is_email(text: &str) -> bool {
    let Some((user, domain)) = text.split_once('@') else { return false };
    let names: Vec<&str> = user.split(['.', '+']).collect();
    let parts: Vec<&str> = domain.split('.').collect();
    let ([before @ .., name], [hosts @ .., last]) = (names.as_slice(), parts.as_slice()) else { return false };
    let is_host = |part: &&str| {
        let edges = part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric());
        edges && part.len() <= 30 && part.bytes().all(is_name)
    };
    let user_fits = before.len() <= 10 && before.iter().all(|part| part.len() <= 26) && (1..=35).contains(&name.len());
    user_fits
        && names.iter().all(|part| part.bytes().all(is_name))
        && (1..=6).contains(&hosts.len())
        && hosts.iter().all(is_host)
        && (2..=8).contains(&last.len())
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}
