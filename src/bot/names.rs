//! What the shell's parts are called when it runs the shop.

use shell::schema::Schema;

/// The shop's decisions, as the shell asks for them.
pub type ShopSchema = Schema<dialogues::app::Shop>;
/// The shop's messages in Telegram.
pub type Screen = shell::screen::Screen<dialogues::app::Shop>;
