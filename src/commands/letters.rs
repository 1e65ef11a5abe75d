//! `shopkeeper letters`: the updates that the bot has given up.

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::Value;
use shell::mongo::dead_letters::{DeadLetter, Replay};
use shopkeeper::telemetry;

use super::Shop;

/// Lists, shows, replays and drops dead letters: updates whose turn could not be committed, or panicked. Their customers
/// were told so. A letter is deleted 30 days after it was written.
#[derive(Args)]
pub(crate) struct Letters {
    #[command(flatten)]
    shop: Shop,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the newest letters, newest first: update, chat, date, replays, and why it was given up
    List {
        /// How many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        most: i64,
    },
    /// Show one letter with its update as JSON, on stdout; what people wrote, their names and numbers are masked
    Show {
        /// The update's id, as `list` shows it
        update: i64,
        /// Masks nothing
        #[arg(long)]
        personal: bool,
    },
    /// Play an update once more, for real; the running bot does so within seconds
    Replay {
        /// The update's id, as `list` shows it
        update: i64,
    },
    /// Delete a letter for good
    Drop {
        /// The update's id, as `list` shows it
        update: i64,
    },
}

const LIST: &str = "`shopkeeper letters list` shows all";

impl Letters {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let store = self.shop.open().await?;
        let letters = store.dead_letters();
        match self.action {
            Action::List { most } => {
                let found = letters.newest(most).await?;
                found.iter().for_each(|letter| println!("{}", line(letter)));
                if found.is_empty() {
                    eprintln!("There are no dead letters.");
                }
            }
            Action::Show { update, personal } => {
                let Some(letter) = letters.letter(update).await? else {
                    bail!("there is no dead letter of update {update}; {LIST}");
                };
                eprintln!("{}", line(&letter));
                match letter.json.as_deref().map(serde_json::from_str::<Value>) {
                    Some(Ok(mut json)) => {
                        if !personal {
                            mask("", &mut json);
                        }
                        println!("{json:#}");
                    }
                    Some(Err(_)) => bail!("the update that is kept with it is no JSON"),
                    None => bail!("the program that gave it up did not keep the update"),
                }
            }
            Action::Replay { update } => match letters.replay(update, &store.postponed()).await? {
                Replay::Waits => eprintln!("Update {update} waits; the running bot plays it within seconds."),
                Replay::Missing => bail!("there is no dead letter of update {update}; {LIST}"),
                Replay::Impossible => {
                    bail!(
                        "update {update} cannot be replayed: it was not kept with the letter, or was replayed too often"
                    )
                }
            },
            Action::Drop { update } => {
                if !letters.drop(update).await? {
                    bail!("there is no dead letter of update {update}; {LIST}");
                }
                eprintln!("The dead letter of update {update} is deleted.");
            }
        }
        Ok(())
    }
}

fn line(letter: &DeadLetter) -> String {
    let chat = letter.chat.map_or_else(|| "-".to_owned(), |chat| chat.to_string());
    let created = letter.created.map_or_else(|| "-".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string());
    format!("{}  chat {chat}  {created}  replayed {} times  {}", letter.id, letter.replays, letter.what)
}

/// Replaces texts by their lengths; what a button sent, commands and Telegram's own words stay.
fn mask(field: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(field, value)| mask(field, value)),
        Value::Array(values) => values.iter_mut().for_each(|value| mask(field, value)),
        Value::String(text) => {
            let telling = ["data", "type", "language_code", "status"].contains(&field);
            let is_command = text.starts_with('/') && !text.contains(char::is_whitespace);
            if !telling && !is_command {
                *text = format!("({} characters)", text.chars().count());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::mask;

    #[test]
    fn what_people_wrote_is_masked() {
        let mut update = json!({
            "update_id": 7,
            "message": { "text": "Baker Street 221b", "contact": { "phone_number": "+4420" }, "from": { "first_name": "Anna" } },
            "callback_query": { "data": "17.cart", "message": { "text": "/cart", "chat": { "type": "private" } } },
        });
        mask("", &mut update);
        let expected = json!({
            "update_id": 7,
            "message": {
                "text": "(17 characters)",
                "contact": { "phone_number": "(5 characters)" },
                "from": { "first_name": "(4 characters)" },
            },
            "callback_query": { "data": "17.cart", "message": { "text": "/cart", "chat": { "type": "private" } } },
        });
        assert_eq!(update, expected);
    }
}
