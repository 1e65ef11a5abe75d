//! What is for sale, and the table of its fields.

use super::rules::{DESCRIPTION_LIMIT, Flaw, Flaws, POSITION_LIMIT, STOCK_LIMIT, TITLE_LIMIT, check_line, check_prose};
use super::{
    CatalogueTranslations, CategoryId, Characteristics, Money, Percent, PictureId, ProductId, Stock, TRANSLATIONS,
    TranslatedFields,
};

/// Something for sale. The default is one of which nothing is said yet: what reads a product begins with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub title: String,
    pub description: String,
    pub category: CategoryId,
    /// Before the discount, for one.
    pub price: Money,
    pub discount: Percent,
    pub stock: Stock,
    /// Not shown and not sold, but kept.
    pub hidden: bool,
    /// Products of a category are shown in the order of their positions.
    pub position: u32,
    pub characteristics: Characteristics,
    pub picture: Option<PictureId>,
    pub translations: CatalogueTranslations,
}

/// The value of one field: its kind, where it is kept, and what bounds it.
///
/// Whatever reads or writes products (the store, the API, a shop folder, transcripts) goes through
/// [`Product::fields`] and matches on the kind. A field of a kind that there is needs no line in any of them; a new
/// kind does not compile until each of them knows it.
#[derive(Debug, PartialEq)]
pub enum FieldValue<'a> {
    /// One line with visible characters, at most so many. It must be given.
    Line(&'a mut String, usize),
    /// A text of any number of lines, at most so many characters; empty if not given.
    Prose(&'a mut String, usize),
    /// It must be given.
    Category(&'a mut CategoryId),
    /// It must be given.
    Price(&'a mut Money),
    /// Zero if not given.
    Percent(&'a mut Percent),
    /// It must be given; a person who writes into MongoDB may leave it out, and then it never runs out.
    Stock(&'a mut Stock),
    /// No if not given.
    Flag(&'a mut bool),
    /// A place in a list, the first one if not given. In a shop folder it is the place in the file.
    Position(&'a mut u32),
    /// A whole number up to this one; none if not given.
    Whole(&'a mut Option<u32>, u32),
    /// Empty if not given.
    Characteristics(&'a mut Characteristics),
    /// None if not given. In the API it has an address of its own.
    Picture(&'a mut Option<PictureId>),
    /// None if not given.
    Translations(&'a mut CatalogueTranslations),
}

impl Product {
    /// Whether a search finds both of them by the same words. Categories are compared by their ids.
    pub(super) fn is_found_like(&self, other: &Self) -> bool {
        self.hidden == other.hidden
            && self.category == other.category
            && self.titles().eq(other.titles())
            && self.values().eq(other.values())
    }

    /// What one costs now.
    pub fn unit_price(&self) -> Money {
        self.price.discounted(self.discount)
    }

    /// Every field but the id, by its name: in MongoDB, in the API, in `shop.yaml` and in transcripts it is the same.
    /// The order is that in which mistakes are reported.
    pub fn fields(&mut self) -> impl Iterator<Item = (&'static str, FieldValue<'_>)> {
        // Without `..`, so that a field that is not in the table does not compile.
        let Self {
            id: _,
            title,
            description,
            category,
            price,
            discount,
            stock,
            hidden,
            position,
            characteristics,
            picture,
            translations,
        } = self;
        [
            ("title", FieldValue::Line(title, TITLE_LIMIT)),
            ("description", FieldValue::Prose(description, DESCRIPTION_LIMIT)),
            ("category", FieldValue::Category(category)),
            ("price", FieldValue::Price(price)),
            ("discount", FieldValue::Percent(discount)),
            ("stock", FieldValue::Stock(stock)),
            ("hidden", FieldValue::Flag(hidden)),
            ("position", FieldValue::Position(position)),
            ("characteristics", FieldValue::Characteristics(characteristics)),
            ("picture", FieldValue::Picture(picture)),
            (TRANSLATIONS, FieldValue::Translations(translations)),
        ]
        .into_iter()
    }

    /// The rules that it breaks. Nothing is changed: the one table of the fields is of those that can be.
    pub fn flaws(&mut self) -> Vec<Flaw> {
        let mut flaws = Flaws::default();
        for (field, value) in self.fields() {
            match value {
                FieldValue::Line(text, limit) => flaws.check(field, check_line(text, limit)),
                FieldValue::Prose(text, limit) => flaws.check(field, check_prose(text, limit)),
                FieldValue::Stock(Stock::Count(left)) => flaws.number(field, *left, STOCK_LIMIT),
                FieldValue::Position(position) => flaws.number(field, *position, POSITION_LIMIT),
                FieldValue::Whole(Some(number), most) => flaws.number(field, *number, most),
                FieldValue::Characteristics(rows) => flaws.characteristics(field, rows),
                FieldValue::Translations(all) => flaws.0.extend(all.flaws(&TranslatedFields::OF_PRODUCT)),
                // Any of these is one that may be.
                FieldValue::Stock(Stock::Always) | FieldValue::Whole(None, _) => {}
                FieldValue::Category(_) | FieldValue::Price(_) | FieldValue::Percent(_) => {}
                FieldValue::Flag(_) | FieldValue::Picture(_) => {}
            }
        }
        flaws.0
    }
}

impl FieldValue<'_> {
    /// Whether there is no product without it.
    pub fn is_required(&self) -> bool {
        match self {
            Self::Line(..) | Self::Category(_) | Self::Price(_) | Self::Stock(_) => true,
            Self::Prose(..) | Self::Percent(_) | Self::Flag(_) | Self::Position(_) | Self::Whole(..) => false,
            Self::Characteristics(_) | Self::Picture(_) | Self::Translations(_) => false,
        }
    }
}
