//! Files, with their names in every error.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;

use super::CliError;

/// An error with the file's name.
pub(super) fn named(path: &Path) -> impl FnOnce(std::io::Error) -> CliError {
    let path = path.to_owned();
    move |source| CliError::File { path, source }
}

/// A whole file, if it is no longer than `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, CliError> {
    let file = std::fs::File::open(path).map_err(named(path))?;
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(named(path))?;
    if bytes.len() as u64 > most {
        return Err(CliError::TooLong {
            path: path.to_owned(),
            most,
        });
    }
    Ok(bytes)
}

/// A new file that only its owner can read. An existing one is left alone.
pub(super) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|source| {
        if source.kind() == std::io::ErrorKind::AlreadyExists {
            CliError::Exists {
                path: path.to_owned(),
            }
        } else {
            named(path)(source)
        }
    })?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(named(path))
}

/// A file that is there in full or not at all, even if the machine stops.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let unfinished = path.with_extension("part");
    let mut file = std::fs::File::create(&unfinished).map_err(named(&unfinished))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(named(&unfinished))?;
    std::fs::rename(&unfinished, path).map_err(named(path))
}

/// A directory, made if it is not there.
pub(super) fn directory(path: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(path).map_err(named(path))
}
