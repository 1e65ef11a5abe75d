//! Whether a picture is one: its content decoded from end to end, within limits of memory, on threads for such work.
//!
//! A header alone promises what the rest may not keep: Telegram refuses a picture that is cut short or broken, at every
//! view anew. What a header must say is defined in [`PictureKind`], for a shop folder and for the API alike.

use std::io::Cursor;

use dialogues::shop::{PictureKind, PictureProblem};
use image::{ImageError, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

/// The most bytes that a decoder may allocate: the largest picture that Telegram shows has 25 million pixels, of four
/// bytes each.
const MEMORY_LIMIT: u64 = 128 * 1024 * 1024;

/// So many pictures are decoded at a time; each may take [`MEMORY_LIMIT`].
static DECODERS: Semaphore = Semaphore::const_new(2);

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error(transparent)]
    Header(#[from] PictureProblem),
    #[error(
        "the picture needs more than 128 MiB when it is decoded; save it with 8 bits a channel, or make it smaller"
    )]
    TooMuchMemory,
    #[error("the picture cannot be decoded: it is cut short or broken; export it again")]
    Broken,
}

/// Checks a picture as [`check_now`] does, and returns its content, without keeping other tasks from running.
///
/// # Errors
/// Those of [`check_now`].
pub async fn check(content: Vec<u8>) -> Result<Vec<u8>, Unusable> {
    PictureKind::of(&content)?;
    let Ok(_permit) = DECODERS.acquire().await else { return Err(Unusable::Broken) };
    let checked = tokio::task::spawn_blocking(move || check_now(&content).map(|()| content)).await;
    // A decoder that panics has met a picture that it cannot read.
    checked.unwrap_or(Err(Unusable::Broken))
}

/// Checks the header of a picture, and decodes it wholly.
///
/// # Errors
/// Why Telegram would not show it, as far as can be said here.
pub fn check_now(content: &[u8]) -> Result<(), Unusable> {
    let format = match PictureKind::of(content)? {
        PictureKind::Jpeg => ImageFormat::Jpeg,
        PictureKind::Png => ImageFormat::Png,
        PictureKind::WebP => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_LIMIT);
    reader.limits(limits);
    match reader.decode() {
        // The decoder of JPEG fills what is missing with grey.
        Ok(_) if format != ImageFormat::Jpeg || is_ended(content) => Ok(()),
        Err(ImageError::Limits(_)) => Err(Unusable::TooMuchMemory),
        _ => Err(Unusable::Broken),
    }
}

/// Whether a JPEG has an end behind its last scan. Neither marker occurs in coded data.
fn is_ended(jpeg: &[u8]) -> bool {
    let last = |marker: u8| jpeg.windows(2).rposition(|pair| pair == [0xff, marker]);
    last(0xd9) > last(0xda)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, RgbImage};

    use super::*;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut content = Cursor::new(Vec::new());
        let image = RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 4) as u8, (y * 5) as u8, (x * y) as u8]));
        DynamicImage::from(image).write_to(&mut content, format).unwrap();
        content.into_inner()
    }

    #[test]
    fn a_picture_is_decoded_to_its_end() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let whole = picture(format);
            assert_eq!(check_now(&whole), Ok(()), "{format:?}");
            for part in [whole.len() / 2, whole.len() * 9 / 10, whole.len() - 20] {
                assert!(check_now(&whole[..part]).is_err(), "{format:?} {part} of {}", whole.len());
            }
            // A header with nothing of its kind behind it.
            let mut fake = whole.clone();
            let from = fake.len() / 4;
            fake[from..].fill(0xff);
            assert!(check_now(&fake).is_err(), "{format:?}");
        }
        let progressive = include_bytes!("../dialogues/shops/tea-house/pictures/alishan.jpg");
        assert_eq!(check_now(progressive), Ok(()));
        assert_eq!(check_now(&progressive[..progressive.len() / 2]), Err(Unusable::Broken));
        assert_eq!(check_now(b"GIF89a"), Err(Unusable::Header(PictureProblem::Unknown)));
    }

    #[test]
    fn a_small_file_cannot_fill_the_memory() {
        let chunk = |content: &[u8]| {
            let (mut crc, length) = (flate2::Crc::new(), content.len() as u32 - 4);
            crc.update(content);
            [&length.to_be_bytes(), content, &crc.sum().to_be_bytes()].concat()
        };
        // 25 million pixels of 16 bits in four channels: 200 MB, in 60 bytes.
        let size = 5000_u32.to_be_bytes();
        let head = [b"IHDR".as_slice(), &size, &size, &[16, 6, 0, 0, 0]].concat();
        let png = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(&head), chunk(b"IDAT\x78\x9c"), chunk(b"IEND")].concat();
        assert_eq!(check_now(&png), Err(Unusable::TooMuchMemory));
    }
}
