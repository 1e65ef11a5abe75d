//! Pictures: decoded, offered in several sizes, and called by the names that chats show them by.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;
use std::sync::{PoisonError, RwLock};

use image::{DynamicImage, ImageFormat, ImageReader};

use super::files::Blob;

/// The longest side of each size that Telegram offers: letter and pixels (<https://core.telegram.org/api/files#image-thumbnail-types>).
const SIZES: [(char, u32); 4] = [('s', 90), ('m', 320), ('x', 800), ('y', 1280)];

/// What is known of pictures, whichever bot they belong to.
#[derive(Default)]
pub(crate) struct Pictures {
    /// Names, by the SHA-256 of the content.
    names: RwLock<HashMap<String, String>>,
    /// Contents that have been decoded once, from end to end.
    sound: RwLock<HashSet<String>>,
}

impl Pictures {
    /// Gives a picture the name it is shown by.
    pub(crate) fn call(&self, sha256: &str, name: &str) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        names.insert(sha256.to_owned(), name.to_owned());
    }

    /// The name that a picture's content was given.
    pub(crate) fn name(&self, blob: &Blob) -> Option<String> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).get(&blob.sha256).cloned()
    }

    /// Whether the whole picture can be decoded. Each content is decoded once.
    pub(crate) fn is_sound(&self, blob: &Blob) -> bool {
        if self.sound.read().unwrap_or_else(PoisonError::into_inner).contains(&blob.sha256) {
            return true;
        }
        let sound = decoded(&blob.bytes).is_some();
        if sound {
            self.sound.write().unwrap_or_else(PoisonError::into_inner).insert(blob.sha256.clone());
        }
        sound
    }
}

/// Width, height and MIME type, from the header alone; `None` for what is neither JPEG, PNG nor WebP.
pub(crate) fn measure(bytes: &[u8]) -> Option<(u32, u32, &'static str)> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let format = reader.format()?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return None;
    }
    let (width, height) = reader.into_dimensions().ok()?;
    (width > 0 && height > 0).then_some((width, height, format.to_mime_type()))
}

/// Sizes in which a picture is offered, the smallest first: letter, width, height. The last one is the picture
/// itself, at most 1280 pixels a side.
pub(crate) fn sizes(width: u32, height: u32) -> Vec<(char, u32, u32)> {
    let longest = width.max(height);
    let fit = |side: u32| {
        let scale = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1) as u32;
        (scale(width), scale(height))
    };
    let mut sizes = Vec::new();
    for (letter, side) in SIZES {
        let (scaled_width, scaled_height) = fit(side.min(longest));
        sizes.push((letter, scaled_width, scaled_height));
        if side >= longest {
            break;
        }
    }
    sizes
}

/// The bytes of one size of a picture: a JPEG, or the content as it came where that is the size.
pub(crate) fn scaled(blob: &Blob, letter: char) -> (Vec<u8>, String) {
    let whole = || (blob.bytes.clone(), blob.mime.clone());
    let Some(size) = blob.size else { return whole() };
    let Some((_, width, height)) = sizes(size.0, size.1).into_iter().find(|(known, ..)| *known == letter) else {
        return whole();
    };
    if (width, height) == size {
        return whole();
    }
    let Some(picture) = decoded(&blob.bytes) else { return whole() };
    let mut jpeg = Cursor::new(Vec::new());
    let small = DynamicImage::from(picture.thumbnail_exact(width, height).into_rgb8());
    match small.write_to(&mut jpeg, ImageFormat::Jpeg) {
        Ok(()) => (jpeg.into_inner(), "image/jpeg".to_owned()),
        Err(_) => whole(),
    }
}

/// The decoder's own limits keep a small file from becoming a picture that fills the memory.
fn decoded(bytes: &[u8]) -> Option<DynamicImage> {
    ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.decode().ok()
}
