//! Orders as a table: a row for each line, with what concerns the whole order in front of it.
//!
//! CSV is for programs: UTF-8, commas, times in RFC 3339 with the shop's offset, amounts as decimals. XLSX is for people: cells
//! have types, times are those of the shop's clock.
//!
//! What customers write may begin like a formula. In a workbook it is text, and stays text. In CSV, which has no types, an
//! apostrophe goes before it, as OWASP advises; a phone number, which is a plus sign and digits, is left as it is.

use std::str::FromStr;

use dialogues::shop::{Contact, Email, Money, OrderLine, PersonName, Zone};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};
use strum::IntoEnumIterator;

use crate::store::StoredOrder;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter)]
pub enum TableFormat {
    Csv,
    Xlsx,
}

impl TableFormat {
    /// How its files' names end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The most orders in one table that is made beside turns. A workbook is built in memory, of which a small machine has little:
    /// 20,000 orders of three lines took 26 MB as CSV and 200 MB as XLSX, in a debug build.
    pub const fn most_orders(self) -> u64 {
        match self {
            Self::Csv => 20_000,
            Self::Xlsx => 4_000,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl FromStr for TableFormat {
    type Err = ();

    /// Reads the end of a file's name.
    fn from_str(extension: &str) -> Result<Self, ()> {
        Self::iter().find(|format| format.extension() == extension).ok_or(())
    }
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the table cannot be written: {0}")]
    Csv(#[from] csv::Error),
    #[error("the workbook cannot be written: {0}")]
    Xlsx(#[from] XlsxError),
    #[error("a workbook has room for {MOST_ROWS} rows: export CSV, or fewer orders")]
    TooLong,
}

/// A sheet of a workbook has so many rows, the heading among them.
const MOST_ROWS: usize = 1_048_576;

/// The columns, and how wide they are in a workbook, in characters.
const COLUMNS: [(&str, u8); 16] = [
    ("number", 10),
    ("placed", 18),
    ("status", 10),
    ("customer", 14),
    ("name", 18),
    ("email", 24),
    ("phone", 16),
    ("address", 32),
    ("product", 26),
    ("title", 28),
    ("quantity", 9),
    ("price", 10),
    ("sum", 10),
    ("order_total", 11),
    ("currency", 9),
    ("revision", 9),
];

/// Whom to deliver to, as whoever gets the table may read it: name, e-mail, phone, address.
pub type ContactCells = [String; 4];

/// A contact in full.
pub fn in_full(contact: &Contact) -> ContactCells {
    let name = contact.name.as_ref().map(PersonName::as_str).unwrap_or_default();
    let email = contact.email.as_ref().map(Email::as_str).unwrap_or_default();
    [name, email, contact.phone.as_str(), contact.address.as_str()].map(str::to_owned)
}

/// One value.
enum Cell {
    Text(String),
    Whole(i64),
    Amount(Money),
    /// As the shop's clock shows it.
    Time(chrono::DateTime<chrono::FixedOffset>),
    Nothing,
}

/// Writes orders as a table.
///
/// # Errors
/// [`ExportError::TooLong`] of a workbook; the others do not happen in memory.
pub fn table(
    orders: &[StoredOrder],
    zone: Zone,
    format: TableFormat,
    contact: impl Fn(&Contact) -> ContactCells,
) -> Result<Vec<u8>, ExportError> {
    let rows = orders.iter().flat_map(|stored| {
        let contact = stored.order.contact.as_ref().map(&contact).unwrap_or_default();
        stored.order.lines.iter().map(move |line| row(stored, &contact, line, zone))
    });
    match format {
        TableFormat::Csv => csv(rows),
        TableFormat::Xlsx => xlsx(rows),
    }
}

fn row(stored: &StoredOrder, contact: &ContactCells, line: &OrderLine, zone: Zone) -> [Cell; COLUMNS.len()] {
    let order = &stored.order;
    let [name, email, phone, address] = contact.clone().map(Cell::Text);
    [
        Cell::Text(order.number.to_string()),
        Cell::Time(zone.local(order.placed)),
        Cell::Text(order.status.to_string()),
        stored.customer.map_or(Cell::Nothing, Cell::Whole),
        name,
        email,
        phone,
        address,
        Cell::Text(line.product.0.to_string()),
        Cell::Text(line.title.clone()),
        Cell::Whole(i64::from(line.quantity.get())),
        Cell::Amount(line.price),
        Cell::Amount(line.price.times(line.quantity)),
        Cell::Amount(order.total),
        Cell::Text(stored.currency.clone()),
        Cell::Whole(stored.revision),
    ]
}

fn csv(rows: impl Iterator<Item = [Cell; COLUMNS.len()]>) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.map(|(name, _)| name))?;
    for row in rows {
        writer.write_record(row.map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Whole(number) => number.to_string(),
            Cell::Amount(amount) => amount.plain(),
            Cell::Time(time) => time.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            Cell::Nothing => String::new(),
        }))?;
    }
    Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    // Of a masked one, dots stand for digits.
    let is_digit = |c: char| c.is_ascii_digit() || c == '•';
    let is_number = text.strip_prefix('+').is_some_and(|digits| digits.chars().all(is_digit));
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        true => format!("'{text}"),
        false => text,
    }
}

fn xlsx(rows: impl Iterator<Item = [Cell; COLUMNS.len()]>) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let (heading, wrapped) = (Format::new().set_bold(), Format::new().set_text_wrap());
    let (money, time) = (Format::new().set_num_format("0.00"), Format::new().set_num_format("yyyy-mm-dd hh:mm"));
    let sheet = workbook.add_worksheet().set_name("orders")?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, (name, width)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, name, &heading)?;
    }
    let (mut last, last_column) = (0, COLUMNS.len() as u16 - 1);
    for (row, place) in rows.zip(1..) {
        if place as usize >= MOST_ROWS {
            return Err(ExportError::TooLong);
        }
        last = place;
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) if text.contains('\n') => {
                    sheet.write_string_with_format(place, column, text, &wrapped)?;
                }
                Cell::Text(text) => {
                    sheet.write_string(place, column, text)?;
                }
                Cell::Whole(number) => {
                    sheet.write_number(place, column, number as f64)?;
                }
                Cell::Amount(amount) => {
                    sheet.write_number_with_format(place, column, amount.minor() as f64 / 100.0, &money)?;
                }
                Cell::Time(moment) => {
                    let shown = moment.format("%Y-%m-%dT%H:%M:%S").to_string();
                    match ExcelDateTime::parse_from_str(&shown) {
                        Ok(moment) => sheet.write_datetime_with_format(place, column, moment, &time)?,
                        // A year that a workbook does not know.
                        Err(_) => sheet.write_string(place, column, shown)?,
                    };
                }
                Cell::Nothing => {}
            }
        }
    }
    sheet.autofilter(0, 0, last, last_column)?;
    Ok(workbook.save_to_buffer()?)
}
