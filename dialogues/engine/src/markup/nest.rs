//! Makes the entities of a text nest, after `fix_entities` of tdlib's `MessageEntity.cpp`: links, mentions and code do
//! not overlap, nothing is marked inside of code, and what lies across the edge of something else is cut there.
//! Takes time in proportion to the number of entities, but for sorting them.

use super::{EntityKind, MessageEntity};

/// The styles, each of which may lie over the others.
const STYLES: usize = 5;

/// Brings entities into the order and shape in which Telegram keeps them. Those that nest already stay as they are.
pub(super) fn nested(mut entities: Vec<MessageEntity>) -> Vec<MessageEntity> {
    entities.sort_by_key(MessageEntity::rank);
    if nest(&entities) {
        return entities;
    }
    let (styles, blocks): (Vec<_>, Vec<_>) = entities.into_iter().partition(|entity| entity.kind.is_style());
    let (quotes, mut blocks): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|entity| entity.kind.is_quote());
    let (quotes, whole) = (apart(quotes), apart(std::mem::take(&mut blocks)));
    blocks.extend(inside_or_apart(whole, &quotes));
    blocks.extend(quotes);
    let mut all = cut(styles, &blocks);
    all.extend(blocks);
    all.sort_by_key(MessageEntity::rank);
    all
}

/// Whether sorted entities nest as Telegram has it.
fn nest(entities: &[MessageEntity]) -> bool {
    let mut open: Vec<&MessageEntity> = Vec::new();
    for entity in entities {
        while open.last().is_some_and(|outer| outer.end() <= entity.offset) {
            open.pop();
        }
        let fits = open.last().is_none_or(|outer| entity.end() <= outer.end() && !outer.kind.is_verbatim())
            && open.iter().all(|outer| may_hold(&outer.kind, &entity.kind));
        if !fits {
            return false;
        }
        open.push(entity);
    }
    true
}

/// Whether one kind may lie inside of another. What may hold itself would make a stack without an end.
fn may_hold(outer: &EntityKind, inner: &EntityKind) -> bool {
    let same = std::mem::discriminant(outer) == std::mem::discriminant(inner);
    let quotes = outer.is_quote() && inner.is_quote();
    let styled_code = inner.is_verbatim() && !outer.is_quote();
    let whole = |kind: &EntityKind| !kind.is_style() && !kind.is_quote();
    let linked = whole(outer) && !inner.is_style();
    !(same || quotes || styled_code || linked)
}

/// Of sorted entities those that begin behind the end of the ones before.
fn apart(entities: Vec<MessageEntity>) -> Vec<MessageEntity> {
    let mut end = 0;
    let mut free = |entity: &MessageEntity| {
        let free = entity.offset >= end;
        if free {
            end = entity.end();
        }
        free
    };
    entities.into_iter().filter(|entity| free(entity)).collect()
}

/// Those that do not lie across the edge of a quote. Both are sorted and do not overlap among themselves.
fn inside_or_apart(entities: Vec<MessageEntity>, quotes: &[MessageEntity]) -> Vec<MessageEntity> {
    let fits = |entity: &MessageEntity| {
        // The first quote that does not end before the entity, and the next one, are all that it can touch.
        let at = quotes.partition_point(|quote| quote.end() <= entity.offset);
        quotes.get(at).is_none_or(|quote| {
            let inside = quote.offset <= entity.offset && entity.end() <= quote.end();
            inside || entity.end() <= quote.offset
        })
    };
    entities.into_iter().filter(fits).collect()
}

/// Joins styles of a kind that overlap or touch, and cuts them at the edges of blocks and where another style begins.
/// What lies in code goes.
fn cut(styles: Vec<MessageEntity>, blocks: &[MessageEntity]) -> Vec<MessageEntity> {
    let mut edges: Vec<(usize, bool)> =
        blocks.iter().flat_map(|block| [(block.offset, false), (block.end(), block.kind.is_verbatim())]).collect();
    // Of edges at one place the end of code comes first: what has been cut before it lies in the code.
    edges.sort_unstable_by_key(|(edge, ends_code)| (*edge, !ends_code));
    edges.push((usize::MAX, false));
    let mut cutter = Cutter { open: Default::default(), pieces: Vec::new() };
    let mut styles = styles.into_iter().peekable();
    for (edge, ends_code) in edges {
        let before = cutter.pieces.len();
        while let Some(style) = styles.next_if(|style| style.offset < edge) {
            cutter.add(style);
        }
        cutter.cut(edge);
        if ends_code {
            cutter.pieces.truncate(before);
        }
    }
    cutter.pieces
}

/// Styles that are open where the text has been walked to, by their number, as begin and end.
struct Cutter {
    open: [Option<(usize, usize, EntityKind)>; STYLES],
    pieces: Vec<MessageEntity>,
}

impl Cutter {
    fn add(&mut self, style: MessageEntity) {
        let (offset, end) = (style.offset, style.end());
        let Some(number) = number(&style.kind) else { return };
        match &mut self.open[number] {
            Some((_, open_end, _)) if offset <= *open_end => *open_end = end.max(*open_end),
            _ => {
                self.cut(offset);
                self.open[number] = Some((offset, end, style.kind));
            }
        }
    }

    /// Takes the pieces that lie before a place.
    fn cut(&mut self, at: usize) {
        for slot in &mut self.open {
            let Some((begin, end, kind)) = slot.take_if(|(begin, ..)| *begin < at) else { continue };
            let until = end.min(at);
            self.pieces.push(MessageEntity { kind: kind.clone(), offset: begin, length: until - begin });
            *slot = (end > at).then_some((at, end, kind));
        }
    }
}

/// Which of the styles it is.
fn number(kind: &EntityKind) -> Option<usize> {
    match kind {
        EntityKind::Bold => Some(0),
        EntityKind::Italic => Some(1),
        EntityKind::Underline => Some(2),
        EntityKind::Struck => Some(3),
        EntityKind::Spoiler => Some(4),
        _ => None,
    }
}
