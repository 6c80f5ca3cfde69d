//! Where the bytes of an image come from. However long the source is, this much is read and no more.

use super::{ImageError, error::What};
use bytes::Bytes;
use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
    pin::Pin,
};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What is read at most, in bytes: no photo has as many.
pub(super) const MOST: usize = 64 * 1024 * 1024;

/// One byte more tells a source that ends there from one that goes on.
const UP_TO: u64 = MOST as u64 + 1;

/// Blocks.
pub(super) fn file(path: &Path) -> Result<Bytes, ImageError> {
    // To open a pipe would wait for somebody who writes into it.
    let length = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(_) => return Err(ImageError::read(io::Error::other("it is not a regular file"))),
        Err(error) => return Err(ImageError::read(error)),
    };
    if length >= UP_TO {
        return Err(What::TooLong.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    let file = File::open(path).map_err(ImageError::read)?;
    // It may have grown meanwhile.
    file.take(UP_TO)
        .read_to_end(&mut bytes)
        .map_err(ImageError::read)?;
    Ok(bytes.into())
}

pub(super) async fn reader(reader: Pin<Box<dyn AsyncRead + Send + '_>>) -> Result<Bytes, ImageError> {
    let mut bytes = Vec::new();
    let read = reader.take(UP_TO).read_to_end(&mut bytes).await;
    read.map_err(ImageError::read)?;
    Ok(bytes.into())
}
