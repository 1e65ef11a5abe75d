//! How full a backup may make the disk.

use std::path::{Path, PathBuf};

use super::BackupError;

const MB: u64 = 1_000_000;
/// So much of a disk stays free, and at least so many bytes.
const FREE_SHARE: u64 = 20;
const FREE_LEAST: u64 = 256 * MB;

/// How full the disk may get.
pub(super) struct Room {
    folder: PathBuf,
    needed: u64,
    reserve: u64,
}

impl Room {
    /// The room in a folder for a backup of about so many bytes.
    ///
    /// # Errors
    /// [`BackupError::Full`] if there is none.
    pub(super) fn in_folder(folder: &Path, needed: u64) -> Result<Self, BackupError> {
        let (_, size) = disk(folder)?;
        let room = Self { folder: folder.to_owned(), needed, reserve: (size / FREE_SHARE).max(FREE_LEAST) };
        room.check_for(room.needed)?;
        Ok(room)
    }

    /// Whether there is still enough.
    pub(super) fn check(&self) -> Result<(), BackupError> {
        self.check_for(0)
    }

    fn check_for(&self, needed: u64) -> Result<(), BackupError> {
        let (free, _) = disk(&self.folder)?;
        if free >= self.reserve + needed {
            return Ok(());
        }
        let [free, needed, reserve] = [free, self.needed, self.reserve].map(|bytes| bytes / MB);
        Err(BackupError::Full { folder: self.folder.clone(), free, needed, reserve })
    }
}

/// Bytes that are free to us on the disk of a folder, and all that it has.
fn disk(folder: &Path) -> Result<(u64, u64), BackupError> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| BackupError::file(folder, error))?;
    Ok((disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_fill_the_disk_is_refused_with_the_remedy() {
        let folder = std::env::temp_dir();
        let (free, _) = disk(&folder).unwrap();
        let room = |needed, reserve| Room { folder: folder.clone(), needed, reserve };
        room(0, 0).check().unwrap();
        let refused = room(MB, free * 2).check().unwrap_err().to_string();
        assert!(refused.contains("must leave") && refused.contains("--keep"), "{refused}");
        let large = room(free * 2, 0);
        assert!(large.check_for(large.needed).is_err() && large.check().is_ok());
    }
}
