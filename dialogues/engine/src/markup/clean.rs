//! What Telegram's server takes out of a text before it keeps it, and which entities it refuses, after
//! `clean_input_string_with_entities` and `strip_empty_characters` of tdlib's `MessageEntity.cpp` and `misc.cpp`.

use super::{MessageEntity, Rich};

/// Why entities that a bot handed over are refused, in the words behind “Bad Request: ”.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EntityError(String);

/// No entity begins or ends farther behind than this, in UTF-16 units.
const FARTHEST: usize = 1_000_000;

/// Takes out what Telegram takes out, and moves the entities accordingly. Takes time in proportion to the text and the
/// entities.
///
/// # Errors
/// An entity that begins or ends inside of a character, or behind the text.
pub(super) fn clean(rich: &mut Rich) -> Result<(), EntityError> {
    if !rich.entities.is_empty() {
        check_size(&rich.entities)?;
        rich.entities.retain(|entity| entity.length > 0);
    }
    let dirty = rich.text.chars().any(|letter| cleaned(letter) != Some(letter) || is_direction_mark(letter));
    if rich.entities.is_empty() && !dirty {
        return Ok(());
    }
    let places = Places::of(&rich.text, dirty);
    places.check(&rich.entities)?;
    if dirty {
        for entity in &mut rich.entities {
            let end = places.now(entity.end());
            entity.offset = places.now(entity.offset);
            entity.length = end - entity.offset;
        }
        rich.text = without_repeated_marks(rich.text.chars().filter_map(cleaned));
    }
    Ok(())
}

fn check_size(entities: &[MessageEntity]) -> Result<(), EntityError> {
    let far = |number: usize| number > FARTHEST;
    let wrong = entities.iter().find_map(|entity| match (far(entity.offset), far(entity.length)) {
        (true, _) => Some(format!("receive an entity with incorrect offset {}", entity.offset)),
        (_, true) => Some(format!("receive an entity with incorrect length {}", entity.length)),
        _ => None,
    });
    wrong.map_or(Ok(()), |words| Err(EntityError(words)))
}

/// What becomes of a character; `None` where it goes.
fn cleaned(letter: char) -> Option<char> {
    match letter {
        '\n' => Some('\n'),
        '\r' | '\u{2028}'..='\u{202e}' | '\u{333}' | '\u{33f}' | '\u{30a}' => None,
        '\0'..=' ' => Some(' '),
        _ => Some(letter),
    }
}

/// Left-to-right and right-to-left mark.
fn is_direction_mark(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}')
}

/// Of direction marks in a row only the last one stays; the others become zero-width non-joiners.
fn without_repeated_marks(letters: impl Iterator<Item = char>) -> String {
    let mut letters = letters.peekable();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        let repeated = is_direction_mark(letter) && letters.peek().copied().is_some_and(is_direction_mark);
        text.push(if repeated { '\u{200c}' } else { letter });
    }
    text
}

/// For each UTF-16 unit of a text where its character begins, in bytes, and which unit it will be.
struct Places {
    /// The byte at which the next character begins, and the unit after cleaning; inside of a character, the latter is
    /// [`INSIDE`].
    units: Vec<(u32, u32)>,
}

const INSIDE: u32 = u32::MAX;

impl Places {
    fn of(text: &str, dirty: bool) -> Places {
        let mut units = Vec::with_capacity(text.len() + 1);
        let mut now = 0;
        for (at, letter) in text.char_indices() {
            units.push((at as u32, now));
            if letter.len_utf16() == 2 {
                units.push(((at + letter.len_utf8()) as u32, INSIDE));
            }
            let stays = !dirty || cleaned(letter).is_some();
            now += if stays { letter.len_utf16() as u32 } else { 0 };
        }
        units.push((text.len() as u32, now));
        Places { units }
    }

    /// The unit that a unit on the edge of a character becomes.
    fn now(&self, unit: usize) -> usize {
        self.units.get(unit).map_or(0, |(_, now)| *now as usize)
    }

    /// The first thing that is wrong counts, as where a text is read from its beginning.
    fn check(&self, entities: &[MessageEntity]) -> Result<(), EntityError> {
        let inside = |unit: usize| self.units.get(unit).filter(|(_, now)| *now == INSIDE).map(|(byte, _)| *byte);
        let ends = entities.iter().filter_map(|entity| {
            let byte = inside(entity.end())?;
            let words = format!(
                "entity beginning at UTF-16 offset {} ends in a middle of a UTF-16 symbol at byte offset {byte}",
                entity.offset
            );
            Some((byte, 0, words))
        });
        let begins = entities.iter().filter_map(|entity| {
            let byte = inside(entity.offset)?;
            Some((byte, 1, format!("entity begins in a middle of a UTF-16 symbol at byte offset {byte}")))
        });
        let length = self.units.len() - 1;
        let behind = entities.iter().filter_map(|entity| match (entity.offset, entity.end()) {
            (offset, _) if offset > length => {
                Some((u32::MAX, 0, format!("entity begins after the end of the text at UTF-16 offset {offset}")))
            }
            (offset, end) if end > length => Some((
                u32::MAX,
                1,
                format!(
                    "entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
                ),
            )),
            _ => None,
        });
        let first = ends.chain(begins).chain(behind).min();
        first.map_or(Ok(()), |(_, _, words)| Err(EntityError(words)))
    }
}

/// Whether nothing can be seen of a text: Telegram refuses it as it refuses an empty one.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|letter| {
        matches!(
            letter,
            ' ' | '\n'
                | '\u{a0}'
                | '\u{1680}'
                | '\u{180e}'
                | '\u{2000}'..='\u{200f}'
                | '\u{202e}'
                | '\u{202f}'
                | '\u{205f}'
                | '\u{2800}'
                | '\u{3000}'
                | '\u{feff}'
                | '\u{fffc}'
                | '\u{e0000}'..='\u{e007f}'
        )
    })
}
