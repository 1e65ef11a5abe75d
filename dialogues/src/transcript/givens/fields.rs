//! Fields of products that have no sentence of their own: `Given the description of Sencha is …`.
//!
//! A field of a kind that can be written as a word or a text needs no line here.

use crate::shop::rules::POSITION_LIMIT;
use crate::shop::{FieldValue, Product};
use crate::transcript::Given;

/// The fields that other sentences tell: how much is in stock, what it costs, and so on.
const OTHERWISE: [&str; 5] = ["category", "price", "discount", "stock", "hidden"];

/// What stands for an empty text, or for no number.
const NONE: &str = "none";

/// Reads `the description of Sencha is …`; `None` where it is another sentence.
pub(super) fn read(sentence: &str) -> Option<Result<Given, String>> {
    let (name, rest) = sentence.strip_prefix("the ")?.split_once(" of ")?;
    let (title, value) = rest.split_once(" is ")?;
    let field = told(&mut Product::default()).into_iter().map(|(field, _)| field).find(|field| *field == name)?;
    let refused = |wanted: String| format!("“{value}” is no {field} of {title}: {wanted}");
    let given = Given::Field { title: title.to_owned(), field, value: value.to_owned() };
    Some(put(&mut Product::default(), field, value).map(|()| given).map_err(refused))
}

/// Makes true what [`read`] has read.
pub(crate) fn set(product: &mut Product, field: &str, value: &str) {
    // One that cannot be set was refused by `read`.
    let _ = put(product, field, value);
}

/// The sentences that give the one product the fields of the other, as far as this module tells them. The title is
/// the last one, since it is the name in the others.
pub(in crate::transcript) fn differences(before: &Product, after: &Product) -> Vec<Given> {
    let (mut was, mut is) = (before.clone(), after.clone());
    let pairs = told(&mut was).into_iter().zip(told(&mut is)).filter(|((_, was), (_, is))| was != is);
    let given = |(_, (field, value))| Given::Field { title: before.title.clone(), field, value };
    pairs.map(given).rev().collect()
}

/// The fields that are told here, and what they are.
fn told(product: &mut Product) -> Vec<(&'static str, String)> {
    let here = product.fields().filter(|(field, _)| !OTHERWISE.contains(field));
    here.filter_map(|(field, value)| Some((field, spelled(value)?))).collect()
}

/// A value as a sentence says it; `None` for what cannot be said in one.
fn spelled(value: FieldValue<'_>) -> Option<String> {
    let or_none = |text: &str| if text.is_empty() { NONE.to_owned() } else { text.to_owned() };
    match value {
        FieldValue::Line(text, _) | FieldValue::Prose(text, _) => Some(or_none(text)),
        FieldValue::Flag(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        FieldValue::Position(position) => Some(position.to_string()),
        FieldValue::Whole(number, _) => Some(number.map_or_else(|| NONE.to_owned(), |number| number.to_string())),
        FieldValue::Category(_) | FieldValue::Price(_) | FieldValue::Percent(_) | FieldValue::Stock(_) => None,
        FieldValue::Characteristics(_) | FieldValue::Picture(_) | FieldValue::Translations(_) => None,
    }
}

/// Sets one field to what a sentence says.
fn put(product: &mut Product, name: &str, said: &str) -> Result<(), String> {
    match product.fields().find(|(field, _)| *field == name) {
        Some((_, value)) => put_value(value, said),
        None => Ok(()),
    }
}

/// The inverse of [`spelled`].
///
/// # Errors
/// What may be written instead.
fn put_value(value: FieldValue<'_>, said: &str) -> Result<(), String> {
    let number = |most: u32| {
        let number = said.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| format!("write a whole number from 0 to {most}"))
    };
    match value {
        FieldValue::Line(text, _) => said.clone_into(text),
        FieldValue::Prose(text, _) => (if said == NONE { "" } else { said }).clone_into(text),
        FieldValue::Flag(flag) => {
            *flag = match said {
                "yes" => true,
                "no" => false,
                _ => return Err("write yes or no".to_owned()),
            };
        }
        FieldValue::Position(position) => *position = number(POSITION_LIMIT)?,
        FieldValue::Whole(whole, _) if said == NONE => *whole = None,
        FieldValue::Whole(whole, most) => *whole = Some(number(most)?),
        FieldValue::Category(_) | FieldValue::Price(_) | FieldValue::Percent(_) | FieldValue::Stock(_) => {}
        FieldValue::Characteristics(_) | FieldValue::Picture(_) | FieldValue::Translations(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_sets_what_it_says_and_other_sentences_are_left_to_others() {
        let sentence = "the description of Da Hong Pao is Of the cliffs.\nIt is dark.";
        let given = Given::Field {
            title: "Da Hong Pao".to_owned(),
            field: "description",
            value: "Of the cliffs.\nIt is dark.".to_owned(),
        };
        assert_eq!(read(sentence), Some(Ok(given)));
        for other in ["the price of Sencha is 5", "the picture of Sencha is x.jpg", "the best of Teas is hidden"] {
            assert_eq!(read(other), None, "{other}");
        }
        let refused = read("the position of Sencha is last").unwrap().unwrap_err();
        assert_eq!(refused, "“last” is no position of Sencha: write a whole number from 0 to 1000000000");
    }

    #[test]
    fn a_whole_number_reads_back() {
        for number in [None, Some(0), Some(250)] {
            let (mut weight, mut again) = (number, Some(7));
            let said = spelled(FieldValue::Whole(&mut weight, 1000)).unwrap();
            assert_eq!(put_value(FieldValue::Whole(&mut again, 1000), &said), Ok(()));
            assert_eq!(again, number);
        }
        assert!(put_value(FieldValue::Whole(&mut None, 1000), "1001").unwrap_err().contains("to 1000"));
    }
}
