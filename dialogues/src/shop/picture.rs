//! What a picture is, told from its content, and whether Telegram will show it.

/// A kind of picture that Telegram shows as a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    Jpeg,
    Png,
    WebP,
}

/// Why a picture cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureProblem {
    #[error("the content is neither JPEG, PNG nor WebP, or is cut short; a file's name does not count")]
    Unknown,
    #[error("a picture has at most 10 MB; make it smaller")]
    TooHeavy,
    #[error("a picture's width and height are together at most 10,000 pixels; this one is {0} × {1}")]
    TooLarge(u32, u32),
    #[error("one side of a picture is at most twenty times the other; this one is {0} × {1}")]
    TooNarrow(u32, u32),
}

impl PictureKind {
    /// The most bytes of a photo that Telegram takes.
    pub const MOST_BYTES: usize = 10 * 1024 * 1024;

    /// The kind of a picture, if Telegram takes it as a photo: its rules for `sendPhoto`.
    pub fn of(content: &[u8]) -> Result<Self, PictureProblem> {
        if content.len() > Self::MOST_BYTES {
            return Err(PictureProblem::TooHeavy);
        }
        let (kind, width, height) = read(content).ok_or(PictureProblem::Unknown)?;
        let (short, long) = (width.min(height), width.max(height));
        match () {
            () if short == 0 => Err(PictureProblem::Unknown),
            () if width.saturating_add(height) > 10_000 => Err(PictureProblem::TooLarge(width, height)),
            () if long > 20 * short => Err(PictureProblem::TooNarrow(width, height)),
            () => Ok(kind),
        }
    }

    /// The kind that the first bytes promise; for what was checked before it was kept.
    pub fn guess(content: &[u8]) -> Self {
        match content {
            [0x89, b'P', ..] => Self::Png,
            [b'R', b'I', b'F', b'F', ..] => Self::WebP,
            _ => Self::Jpeg,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

fn read(content: &[u8]) -> Option<(PictureKind, u32, u32)> {
    match content {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => {
            let side = |at: usize| Some(u32::from_be_bytes(content.get(at..at + 4)?.try_into().ok()?));
            (content.get(12..16)? == b"IHDR").then_some((PictureKind::Png, side(16)?, side(20)?))
        }
        [0xff, 0xd8, 0xff, ..] => jpeg(content).map(|(width, height)| (PictureKind::Jpeg, width, height)),
        [b'R', b'I', b'F', b'F', ..] if content.get(8..12)? == b"WEBP" => {
            webp(content).map(|(width, height)| (PictureKind::WebP, width, height))
        }
        _ => None,
    }
}

/// Walks a JPEG's segments to the frame header, which has height and width.
fn jpeg(content: &[u8]) -> Option<(u32, u32)> {
    let pair = |at: usize| Some(u32::from(u16::from_be_bytes(content.get(at..at + 2)?.try_into().ok()?)));
    let mut at = 2;
    loop {
        match (content.get(at)?, content.get(at + 1)?) {
            (0xff, 0xff) => at += 1,
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            // C4, C8 and CC are tables, not frames.
            (0xff, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => {
                return Some((pair(at + 7)?, pair(at + 5)?));
            }
            (0xff, _) => at += 2 + pair(at + 2)? as usize,
            _ => return None,
        }
    }
}

/// The three shapes of a WebP file: lossy, lossless, extended.
fn webp(content: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| content.get(at).map(|byte| u32::from(*byte));
    let pair = |at: usize| Some(byte(at)? | byte(at + 1)? << 8);
    match content.get(12..16)? {
        b"VP8 " => Some((pair(26)? & 0x3fff, pair(28)? & 0x3fff)),
        b"VP8L" => {
            let bits = pair(21)? | pair(23)? << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some(((pair(24)? | byte(26)? << 16) + 1, (pair(27)? | byte(29)? << 16) + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        [head.as_slice(), &width.to_be_bytes(), &height.to_be_bytes()].concat()
    }

    #[test]
    fn a_kind_is_told_from_the_content() {
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x40\x00\x80";
        assert_eq!(read(jpeg), Some((PictureKind::Jpeg, 128, 64)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc0\x0f\x00";
        assert_eq!(read(lossless), Some((PictureKind::WebP, 64, 64)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x7f\0\0\x3f\0\0";
        assert_eq!(read(extended), Some((PictureKind::WebP, 128, 64)));
        assert_eq!(PictureKind::of(&png(300, 200)), Ok(PictureKind::Png));
        for bad in [b"".as_slice(), b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"<svg/>"] {
            assert_eq!(PictureKind::of(bad), Err(PictureProblem::Unknown), "{bad:?}");
        }
    }

    #[test]
    fn what_telegram_refuses_is_refused() {
        assert_eq!(PictureKind::of(&png(8_000, 2_001)), Err(PictureProblem::TooLarge(8_000, 2_001)));
        assert_eq!(PictureKind::of(&png(2_001, 100)), Err(PictureProblem::TooNarrow(2_001, 100)));
        assert_eq!(PictureKind::of(&png(0, 0)), Err(PictureProblem::Unknown));
        let heavy = [png(300, 200), vec![0; PictureKind::MOST_BYTES]].concat();
        assert_eq!(PictureKind::of(&heavy), Err(PictureProblem::TooHeavy));
    }
}
