//! Pictures: decoded, offered in several sizes, and called by the names that chats show them by.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;
use std::sync::{PoisonError, RwLock};

use image::{DynamicImage, ImageFormat, ImageReader};

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

    /// Gives a picture a name, unless it has one.
    pub(crate) fn name_if_new(&self, sha256: &str, name: &str) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        names.entry(sha256.to_owned()).or_insert_with(|| name.to_owned());
    }

    /// The name that a picture was given, by the SHA-256 of its content.
    pub(crate) fn name(&self, sha256: &str) -> Option<String> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).get(sha256).cloned()
    }

    /// Whether the whole picture can be decoded. Each content, known by its SHA-256, is decoded once.
    pub(crate) fn is_sound(&self, sha256: &str, bytes: &[u8]) -> bool {
        if self.sound.read().unwrap_or_else(PoisonError::into_inner).contains(sha256) {
            return true;
        }
        let sound = decoded(bytes).is_some();
        if sound {
            self.sound.write().unwrap_or_else(PoisonError::into_inner).insert(sha256.to_owned());
        }
        sound
    }
}

/// A picture of one grey pixel. Its name stands behind the end, where readers do not look, so that contents differ.
pub(crate) fn tiny_png(name: &str) -> Vec<u8> {
    const PIXEL: &[u8] = &[
        0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1,
        8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 0x0A, b'I', b'D', b'A', b'T', 0x78, 0xDA, 0x63, 0x68, 0x00,
        0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60,
        0x82,
    ];
    [PIXEL, name.as_bytes()].concat()
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

/// A smaller size of a picture, as a JPEG; `None` if it cannot be decoded.
pub(crate) fn scaled(bytes: &[u8], width: u32, height: u32) -> Option<Vec<u8>> {
    let mut jpeg = Cursor::new(Vec::new());
    let small = DynamicImage::from(decoded(bytes)?.thumbnail_exact(width, height).into_rgb8());
    small.write_to(&mut jpeg, ImageFormat::Jpeg).ok()?;
    Some(jpeg.into_inner())
}

/// The decoder's own limits keep a small file from becoming a picture that fills the memory.
fn decoded(bytes: &[u8]) -> Option<DynamicImage> {
    ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.decode().ok()
}
