//! What MongoDB says: its servers, the set, the oplog, what the store has made, what was given up.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;

use super::figures::{bytes, percent, span};
use super::machine::space;
use super::telegram::clock;
use super::{Finding, Part, limited, unusable};
use crate::config::{Config, ConfigError};
use crate::store::StoreError;
use crate::store::inspect::{Hello, Inspector, Memory, Set, Shape};

/// The oldest version that has all we need.
const OLDEST: u64 = 6;
/// A member that was away for longer must be copied anew.
const OPLOG: TimeDelta = TimeDelta::hours(24);
/// What was given up for so long is told.
const LATELY: TimeDelta = TimeDelta::days(7);

/// So many documents are named.
const MOST_NAMED: usize = 5;

const RUNS: &str = "see whether it runs (`systemctl status mongod`), why it ended (`/var/log/mongodb/mongod.log`), and \
                    whether MONGODB_URI names it";

/// All that is asked of MongoDB.
pub(super) fn parts<'a>(config: &'a Config, problems: &[ConfigError]) -> Vec<Part<'a>> {
    if let Some(name) = unusable(problems, &["MONGODB_URI"]) {
        let skipped = Finding::warning("mongodb", format!("not asked: {name} cannot be used"), "set it first");
        return vec![Box::pin(async { vec![skipped] })];
    }
    // A token begins with the bot's own id.
    let bot = config.token.expose().split(':').next().and_then(|id| id.parse().ok());
    vec![limited("mongodb", look(config.mongodb_uri.expose(), &config.database, bot))]
}

async fn look(uri: &str, database: &str, bot: Option<i64>) -> Vec<Finding> {
    let inspector = match Inspector::new(uri, database).await {
        Ok(inspector) => inspector,
        // What is wrong with the address may quote it, and with it a password.
        Err(_) => {
            let remedy =
                "write it like mongodb://127.0.0.1:27017/?replicaSet=rs0, with special letters of a password as %40";
            return vec![Finding::failure("mongodb", "MONGODB_URI is no address of a MongoDB", remedy)];
        }
    };
    let servers = inspector.servers().await;
    let mut findings = reached(&servers, inspector.set_in_uri());
    let answering = servers.iter().filter_map(|(_, hello)| hello.as_ref().ok());
    findings.extend(
        answering
            .filter_map(|hello| hello.clocks)
            .map(|(there, here)| clock("clock", "MongoDB's", here - there))
            .max_by_key(|finding| finding.verdict),
    );
    // Nobody has to wait for what cannot come.
    let usable =
        servers.iter().any(|(_, hello)| hello.as_ref().is_ok_and(|hello| is_usable(hello, inspector.set_in_uri())));
    if !usable {
        return findings;
    }
    let is_mongos = servers.iter().any(|(_, hello)| hello.as_ref().is_ok_and(|hello| hello.is_mongos));
    let inspector = &inspector;
    let mut asked: Vec<BoxFuture<'_, Finding>> = vec![Box::pin(version(inspector))];
    if !is_mongos {
        asked.push(Box::pin(set(inspector)));
        asked.push(Box::pin(oplog(inspector)));
    }
    asked.push(Box::pin(shape(inspector)));
    asked.push(Box::pin(disk(inspector)));
    asked.push(Box::pin(cache(inspector)));
    asked.push(Box::pin(documents(inspector)));
    asked.push(Box::pin(given_up(inspector)));
    asked.push(Box::pin(postponed(inspector)));
    if let Some(bot) = bot {
        asked.push(Box::pin(active(inspector, bot)));
    }
    asked.push(Box::pin(keys(inspector)));
    asked.push(Box::pin(pictures(inspector)));
    findings.extend(futures::future::join_all(asked).await);
    findings
}

/// Whether the driver will work with a server.
fn is_usable(hello: &Hello, set: Option<&str>) -> bool {
    hello.is_mongos || (hello.set.is_some() && set.is_none_or(|set| hello.set.as_deref() == Some(set)))
}

fn reached(servers: &[(String, Result<Hello, StoreError>)], set: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (host, hello) in servers {
        match hello {
            Err(error) => {
                let words = format!("{host} does not answer: {}", short(error));
                // Of many servers one may be away.
                let finding = if servers.len() > 1 { Finding::warning } else { Finding::failure };
                findings.push(finding("mongodb", words, RUNS));
            }
            Ok(Hello { set: None, is_mongos: false, .. }) => findings.push(Finding::failure(
                "replica set",
                format!("{host} is no member of one, so it has neither transactions nor change streams"),
                "start mongod with `replSetName: rs0` in mongod.conf, and run `rs.initiate()` once in mongosh; a set of \
                 one is enough",
            )),
            Ok(hello) if !is_usable(hello, set) => findings.push(Finding::failure(
                "replica set",
                format!(
                    "{host} is a member of “{}”, and MONGODB_URI asks for “{}”",
                    hello.set.as_deref().unwrap_or_default(),
                    set.unwrap_or_default()
                ),
                "let replicaSet= in MONGODB_URI be the set's name (replSetName in mongod.conf)",
            )),
            Ok(_) => {}
        }
    }
    let answering = servers.iter().filter(|(_, hello)| hello.is_ok()).count();
    if answering == 0 && servers.len() > 1 {
        findings.push(Finding::failure("mongodb", "none of the servers answers", RUNS));
    }
    findings
}

/// The first sentence: a driver tells whole topologies.
fn short(error: &StoreError) -> String {
    let words = error.to_string();
    let words = words.split_once("Error: ").map_or(words.as_str(), |(_, reason)| reason);
    words.split([',', '{', '}']).next().unwrap_or_default().trim().chars().take(160).collect()
}

fn unanswered(subject: &'static str, error: &StoreError) -> Finding {
    Finding::warning(
        subject,
        format!("cannot be asked for: {}", short(error)),
        "see the other lines on MongoDB; a user of a cluster needs the role clusterMonitor to be told",
    )
}

async fn version(inspector: &Inspector) -> Finding {
    match inspector.version().await {
        Ok(version) if version.split('.').next().and_then(|major| major.parse::<u64>().ok()) < Some(OLDEST) => {
            let words = format!("version {version} is too old");
            Finding::failure(
                "mongodb",
                words,
                "install MongoDB 6.0 or newer: https://www.mongodb.com/docs/manual/installation/",
            )
        }
        Ok(version) => Finding::fine("mongodb", format!("version {version} answers")),
        Err(error) => Finding::failure("mongodb", short(&error), RUNS),
    }
}

async fn set(inspector: &Inspector) -> Finding {
    match inspector.set().await {
        Ok(set) => members(&set),
        Err(error) => unanswered("replica set", &error),
    }
}

fn members(set: &Set) -> Finding {
    let good = |state: &str| ["PRIMARY", "SECONDARY", "ARBITER"].contains(&state);
    let well = set.members.iter().filter(|member| member.healthy && good(&member.state)).count();
    let states: Vec<_> =
        set.members.iter().map(|member| format!("{} {}", member.name, member.state.to_lowercase())).collect();
    let states = states.join(", ");
    let has_primary = set.members.iter().any(|member| member.state == "PRIMARY");
    match (has_primary, well == set.members.len()) {
        (true, true) if well >= set.majority => Finding::fine("replica set", states),
        (true, _) if well >= set.majority => Finding::warning(
            "replica set",
            format!("{well} of {} members are well: {states}", set.members.len()),
            "see why the others are away (`rs.status()` in mongosh); one more, and there may be no primary",
        ),
        _ => Finding::failure(
            "replica set",
            format!("there is no primary, or no majority of {}: {states}", set.majority),
            "start the members that are away; `rs.status()` in mongosh tells what each is waiting for",
        ),
    }
}

async fn oplog(inspector: &Inspector) -> Finding {
    match inspector.oplog().await {
        Ok((window, false)) => Finding::fine("oplog", format!("goes back {}, and has forgotten nothing", span(window))),
        Ok((window, true)) if window >= OPLOG => Finding::fine("oplog", format!("goes back {}", span(window))),
        Ok((window, true)) => Finding::warning(
            "oplog",
            format!("goes back {} only", span(window)),
            "make it larger: `db.adminCommand({replSetResizeOplog: 1, size: 2048})` in mongosh, and oplogSizeMB in \
             mongod.conf; who is away for longer must be copied anew",
        ),
        Err(error) => unanswered("oplog", &error),
    }
}

async fn shape(inspector: &Inspector) -> Finding {
    match inspector.shape().await {
        Ok(shape) => made(&shape),
        Err(error) => unanswered("indexes", &error),
    }
}

fn made(shape: &Shape) -> Finding {
    let Some(version) = shape.made else {
        let words = "nothing was made in this database yet";
        return Finding::warning(
            "indexes",
            words,
            "`shopkeeper serve` or `seed` makes it; see SHOPKEEPER_DATABASE, if you expected a shop",
        );
    };
    let count = shape.missing.len() + shape.different.len();
    if count > 0 {
        let named =
            |words: &str, names: &[String]| (!names.is_empty()).then(|| format!("{words}: {}", names.join(", ")));
        let words = [named("missing", &shape.missing), named("not as they should be", &shape.different)];
        return Finding::failure(
            "indexes",
            words.into_iter().flatten().collect::<Vec<_>>().join("; "),
            "drop those that differ, and let all be made again: `db.meta.deleteOne({_id: \"shape\"})` in mongosh (`use` the shop's database), then \
             restart `serve`",
        );
    }
    match version.cmp(&shape.wanted) {
        std::cmp::Ordering::Equal => Finding::fine("indexes", format!("all {}, as of shape {version}", shape.indexes)),
        std::cmp::Ordering::Less => Finding::warning(
            "indexes",
            format!("the database is of shape {version}, and this program of {}", shape.wanted),
            "`serve` brings it up at its next start",
        ),
        std::cmp::Ordering::Greater => Finding::warning(
            "indexes",
            format!("the database is of shape {version}, newer than this program's {}", shape.wanted),
            "this program is older than the one that ran last: install the newer one",
        ),
    }
}

async fn disk(inspector: &Inspector) -> Finding {
    match inspector.disk().await {
        Ok(disk) if disk.total == 0 => Finding::fine("data", format!("takes {}", bytes(disk.ours))),
        Ok(disk) => {
            let mut finding = space("data", disk.total.saturating_sub(disk.used), disk.total, "where MongoDB is");
            finding.words += &format!("; the shop takes {}", bytes(disk.ours));
            finding
        }
        Err(error) => unanswered("data", &error),
    }
}

async fn cache(inspector: &Inspector) -> Finding {
    match inspector.memory().await {
        Ok(memory) => cached(memory, inspector.is_here()),
        Err(error) => unanswered("cache", &error),
    }
}

fn cached(Memory { cache, machine }: Memory, is_here: bool) -> Finding {
    let words = format!("MongoDB takes up to {} of {} for its cache", bytes(cache), bytes(machine));
    match is_here && percent(cache, machine) > 50 {
        true => Finding::warning(
            "cache",
            words,
            "it shares this machine with the bot and nginx, and needs as much again besides its cache: set \
             storage.wiredTiger.engineConfig.cacheSizeGB in mongod.conf to a quarter of the memory",
        ),
        false => Finding::fine("cache", words),
    }
}

async fn documents(inspector: &Inspector) -> Finding {
    let found = match inspector.documents().await {
        Ok(found) => found,
        Err(error) => return unanswered("documents", &error),
    };
    let named = |words: &str, lines: &[String]| {
        let more = lines.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let named = lines[..lines.len().min(MOST_NAMED)].join("; ");
        (!lines.is_empty()).then(|| format!("{} {words}: {named}{more}", lines.len()))
    };
    let words = [named("left out by `serve`", &found.skipped), named("used with flaws", &found.flawed)];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join(". ");
    match words.is_empty() {
        true => Finding::fine("documents", format!("{} can be used", found.read)),
        false => Finding::warning(
            "documents",
            words,
            "mend each in mongosh or over the API, or delete it; `shopkeeper preflight` looks at all collections",
        ),
    }
}

async fn given_up(inspector: &Inspector) -> Finding {
    let since: DateTime<Utc> = Utc::now() - LATELY;
    match inspector.given_up(since).await {
        Ok((0, 0)) => Finding::fine("given up", "no update and no dialogue in a week"),
        Ok((letters, dialogues)) => Finding::warning(
            "given up",
            format!("{letters} updates and {dialogues} dialogues in a week"),
            "`shopkeeper letters list` names the updates and why they were given up, `letters replay` plays one once more; \
             `db.archive.find()` in mongosh (`use` the shop's database) has the dialogues: one that cannot be read comes from \
             another version: run `shopkeeper preflight` before the next one",
        ),
        Err(error) => unanswered("given up", &error),
    }
}

async fn pictures(inspector: &Inspector) -> Finding {
    match inspector.products_without_their_picture().await {
        Ok(products) if products.is_empty() => Finding::fine("pictures", "Telegram has refused none"),
        Ok(products) => Finding::warning(
            "pictures",
            format!(
                "Telegram has refused those of {} products, which are shown without: {}",
                products.len(),
                products.join(", ")
            ),
            "give each another one: PUT /api/v1/products/{id}/picture, or in the shop's folder and `shopkeeper seed`",
        ),
        Err(error) => unanswered("pictures", &error),
    }
}

async fn postponed(inspector: &Inspector) -> Finding {
    match inspector.postponed().await {
        Ok((0, _)) => Finding::fine("postponed", "no customer waits for a newer program"),
        Ok((updates, customers)) => Finding::warning(
            "postponed",
            format!("{updates} updates of {customers} customers are kept until they can be played"),
            "mostly a newer program has written these customers' documents (a rollback): install it again, or the next one. \
             The log has `waiting:` and the reason. Everybody else is served",
        ),
        Err(error) => unanswered("postponed", &error),
    }
}

/// Which process takes updates; the others hand them over to it.
async fn active(inspector: &Inspector, bot: i64) -> Finding {
    match inspector.active(bot).await {
        Ok(Some(process)) => Finding::fine("active", format!("the process at {process}")),
        Ok(None) => Finding::warning(
            "active",
            "no process takes updates",
            "start `serve`, or see its log (`lease:`) if it runs: it is active within three seconds",
        ),
        Err(error) => unanswered("active", &error),
    }
}

async fn keys(inspector: &Inspector) -> Finding {
    match inspector.good_keys().await {
        Ok(0) => Finding::fine("keys", "none, so that nobody may use the API; `shopkeeper keys create` makes one"),
        Ok(count) => Finding::fine("keys", format!("{count} to the API")),
        Err(error) => unanswered("keys", &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Verdict;
    use crate::store::inspect::Member;

    fn set_of(states: &[&str]) -> Set {
        let member = |(at, state): (usize, &&str)| Member {
            name: format!("m{at}:27017"),
            state: (*state).to_owned(),
            healthy: !state.starts_with('('),
        };
        Set { members: states.iter().enumerate().map(member).collect(), majority: states.len() / 2 + 1 }
    }

    #[test]
    fn a_set_that_has_lost_one_works_and_one_without_a_primary_does_not() {
        let verdict = |states: &[&str]| members(&set_of(states)).verdict;
        assert_eq!(verdict(&["PRIMARY"]), Verdict::Fine);
        assert_eq!(verdict(&["PRIMARY", "SECONDARY", "SECONDARY"]), Verdict::Fine);
        assert_eq!(verdict(&["PRIMARY", "SECONDARY", "(not reachable/healthy)"]), Verdict::Warning);
        assert_eq!(verdict(&["SECONDARY", "(not reachable/healthy)", "(not reachable/healthy)"]), Verdict::Failure);
        assert_eq!(verdict(&["RECOVERING"]), Verdict::Failure);
    }

    #[test]
    fn a_cache_that_leaves_no_room_is_told_only_where_it_is_here() {
        let memory = Memory { cache: 1 << 30, machine: 3 << 29 };
        assert_eq!(cached(memory, true).verdict, Verdict::Warning);
        assert_eq!(cached(memory, false).verdict, Verdict::Fine);
    }
}
