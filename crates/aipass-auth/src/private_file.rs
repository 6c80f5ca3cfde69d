//! Files that only their owner can read: refusing unsafe ones, replacing whole ones.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::store_error::StoreError;

/// No write takes this long: a half-written file of this age has no writer any more.
const ABANDONED: Duration = Duration::from_secs(10 * 60);

/// Two tokens take a few kilobytes. A larger file is not ours.
const LARGEST: u64 = 256 * 1024;

/// Creates the folder if it is missing, and refuses one in which others could replace our files.
pub(crate) fn prepare_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| StoreError::io(dir, error))?;
    check_dir(dir)
}

#[cfg(unix)]
fn check_dir(dir: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    const OTHERS_WRITE: u32 = 0o022;
    const STICKY: u32 = 0o1000;
    let metadata = fs::metadata(dir).map_err(|error| StoreError::io(dir, error))?;
    let insecure = |why| {
        Err(StoreError::Insecure {
            path: dir.to_owned(),
            why,
        })
    };
    if metadata.uid() != rustix::process::geteuid().as_raw() && metadata.uid() != 0 {
        return insecure("the folder belongs to another user");
    }
    if metadata.mode() & OTHERS_WRITE != 0 && metadata.mode() & STICKY == 0 {
        return insecure("others can write to the folder");
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_dir(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// The whole content, or `None` when there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true);
    let file = match open_no_follow(&mut options, path) {
        Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    // Room for all of it at once: a vector that grows leaves copies behind that nobody wipes.
    let size = file.metadata().map_or(0, |metadata| metadata.len()).min(LARGEST);
    let mut content = Zeroizing::new(Vec::with_capacity(size as usize + 2));
    file.take(LARGEST + 1)
        .read_to_end(&mut content)
        .map_err(|error| StoreError::io(path, error))?;
    if content.len() as u64 > LARGEST {
        return Err(StoreError::Corrupt {
            path: Some(path.to_owned()),
            line: 0,
            column: 0,
        });
    }
    Ok(Some(content))
}

/// Replaces the file as a whole. A reader sees the old content or the new one, a symbolic link in its place is
/// replaced and not followed, and the content is on the disk before this returns, as far as the system can do that
/// for a folder.
///
/// If it fails, the old content is still there, but for one case: when the disk fails in the very last step, the new
/// content stands in its place and may not survive a crash. So whoever has to know looks at the file.
pub(crate) fn replace(dir: &Path, path: &Path, content: &[u8]) -> Result<(), StoreError> {
    replace_with(dir, path, content, sync_dir)
}

/// What makes the change of a name in this folder survive a crash.
type SyncDir = fn(&Path) -> io::Result<()>;

fn replace_with(dir: &Path, path: &Path, content: &[u8], sync: SyncDir) -> Result<(), StoreError> {
    let failed = |error| StoreError::io(path, error);
    sweep(dir, path, Some(ABANDONED));
    let mut file = new_beside(dir, path)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let mut attempts = 0;
    // Windows replaces no file that somebody has open just now, and a reader has it open for a moment only.
    while let Err(error) = file.persist(path) {
        attempts += 1;
        if !cfg!(windows) || error.error.kind() != io::ErrorKind::PermissionDenied || attempts > 50 {
            return Err(failed(error.error));
        }
        std::thread::sleep(Duration::from_millis(10));
        file = error.file;
    }
    settle(dir, sync(dir))
}

/// Writes a file and takes it away again, with every step that a real write takes.
pub(crate) fn try_to_write(dir: &Path, path: &Path) -> Result<(), StoreError> {
    try_to_write_with(dir, path, sync_dir)
}

fn try_to_write_with(dir: &Path, path: &Path, sync: SyncDir) -> Result<(), StoreError> {
    let failed = |error| StoreError::io(dir, error);
    let mut file = new_beside(dir, path)?;
    file.write_all(&[0; 4096]).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.close().map_err(failed)?;
    settle(dir, sync(dir))
}

/// Removes the file, whatever it is, if it is there, and what a crash left half-written beside it.
pub(crate) fn remove(dir: &Path, path: &Path) -> Result<(), StoreError> {
    sweep(dir, path, None);
    match fs::remove_file(path) {
        Ok(()) => settle(dir, sync_dir(dir)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io(path, error)),
    }
}

/// A new file with mode 0600 whose name nobody had before, so nobody can have opened or planted it.
fn new_beside(dir: &Path, path: &Path) -> Result<tempfile::NamedTempFile, StoreError> {
    tempfile::Builder::new()
        .prefix(&temporary_prefix(path))
        .tempfile_in(dir)
        .map_err(|error| StoreError::io(path, error))
}

/// It tells whose half-written file it is.
fn temporary_prefix(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    format!(".aipass-{name}-")
}

/// Takes away what a process that was killed while it wrote has left: it may hold tokens. A newer one may belong to a
/// process that is still writing. What cannot be removed stays: it is no reason to fail.
fn sweep(dir: &Path, path: &Path, older_than: Option<Duration>) {
    let prefix = temporary_prefix(path);
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(&prefix);
        // Of a link this is its own age, and its own removal.
        let is_old = || {
            let changed = entry.metadata().and_then(|metadata| metadata.modified());
            changed.is_ok_and(|at| older_than.is_none_or(|age| at.elapsed().is_ok_and(|since| since > age)))
        };
        if is_ours && is_old() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Opens the file whose lock stands for the tokens. It is never removed: two processes that lock two files of one
/// name would both go on.
pub(crate) fn open_lock(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_no_follow(&mut options, path)
}

/// Opens a file and refuses what is not a private file of this user. It looks at the open file, so that nobody
/// can exchange it between the look and the use.
#[cfg(unix)]
fn open_no_follow(options: &mut OpenOptions, path: &Path) -> Result<File, StoreError> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

    use rustix::fs::OFlags;
    use rustix::io::Errno;

    const OTHERS: u32 = 0o077;
    let insecure = |why| {
        Err(StoreError::Insecure {
            path: path.to_owned(),
            why,
        })
    };
    // Without NONBLOCK, opening a pipe waits for its other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match options.custom_flags(flags.bits() as _).open(path) {
        Ok(file) => file,
        // What a link gives differs between systems.
        Err(error)
            if [Errno::LOOP, Errno::MLINK]
                .iter()
                .any(|link| error.raw_os_error() == Some(link.raw_os_error())) =>
        {
            return insecure("it is a symbolic link");
        }
        Err(error) => return Err(StoreError::io(path, error)),
    };
    let metadata = file.metadata().map_err(|error| StoreError::io(path, error))?;
    if !metadata.is_file() {
        return insecure("it is not a regular file");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return insecure("it belongs to another user");
    }
    if metadata.mode() & OTHERS != 0 {
        return insecure("others can use it");
    }
    // Tokens with a second name would outlive a sign-out. A file that was replaced since it was opened has no name.
    if metadata.nlink() > 1 {
        return insecure("it has a second name (a hard link)");
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open_no_follow(options: &mut OpenOptions, path: &Path) -> Result<File, StoreError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_symlink());
    if is_link {
        return Err(StoreError::Insecure {
            path: path.to_owned(),
            why: "it is a symbolic link",
        });
    }
    options.open(path).map_err(|error| StoreError::io(path, error))
}

/// Makes the change of a name survive a crash.
#[cfg(unix)]
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}

/// What the end of a change comes to. The change itself is done by now, and a system that cannot write a folder to
/// the disk on demand does not make it undone.
fn settle(dir: &Path, synced: io::Result<()>) -> Result<(), StoreError> {
    match synced {
        Err(error) if cannot_sync(&error) => {
            tracing::warn!(dir = %dir.display(), %error, "a crash of the system may undo the last change of this folder");
            Ok(())
        }
        synced => synced.map_err(|error| StoreError::io(dir, error)),
    }
}

/// Whether the system has no such thing, or not for this user, who may write to the folder but not list it. Some file
/// systems over a network are of this kind.
#[cfg(unix)]
fn cannot_sync(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [
        Errno::INVAL,
        Errno::NOTSUP,
        Errno::OPNOTSUPP,
        Errno::NOSYS,
        Errno::BADF,
        Errno::ACCESS,
        Errno::PERM,
    ]
    .iter()
    .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(not(unix))]
fn cannot_sync(_: &io::Error) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use rustix::io::Errno;

    use super::*;

    #[test]
    fn a_system_that_cannot_sync_folders_undoes_no_write_and_no_probe() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("t.json");
        let syncs: [SyncDir; 6] = [
            |_| Err(Errno::INVAL.into()),
            |_| Err(Errno::OPNOTSUPP.into()),
            |_| Err(Errno::NOSYS.into()),
            |_| Err(Errno::BADF.into()),
            |_| Err(Errno::ACCESS.into()),
            |_| Err(Errno::PERM.into()),
        ];
        for (number, sync) in syncs.into_iter().enumerate() {
            let content = number.to_string();
            try_to_write_with(dir.path(), &file, sync).unwrap();
            replace_with(dir.path(), &file, content.as_bytes(), sync).unwrap();
            assert_eq!(&**read(&file).unwrap().unwrap(), content.as_bytes());
        }
    }

    #[test]
    fn a_disk_that_fails_in_the_last_step_is_told_and_found_by_the_probe() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("t.json");
        let sync: SyncDir = |_| Err(Errno::IO.into());
        let is_io = |result| matches!(result, Err(StoreError::Io { .. }));
        assert!(is_io(try_to_write_with(dir.path(), &file, sync)));
        assert!(!file.exists());
        assert!(is_io(replace_with(dir.path(), &file, b"new", sync)));
        assert_eq!(&**read(&file).unwrap().unwrap(), b"new", "it stands in its place");
    }

    /// The superuser reads it all the same; for everybody else the folder cannot be opened, and so not synced.
    #[test]
    fn a_folder_that_can_be_written_but_not_listed_takes_files() {
        let dir = tempfile::tempdir().unwrap();
        let (place, file) = (dir.path().join("place"), dir.path().join("place/t.json"));
        prepare_dir(&place).unwrap();
        let mode = |mode| fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
        mode(0o300);
        let results = [
            try_to_write(&place, &file),
            replace(&place, &file, b"one"),
            replace(&place, &file, b"two"),
        ];
        let content = read(&file);
        let removed = remove(&place, &file);
        mode(0o700);
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(&**content.unwrap().unwrap(), b"two");
        assert!(removed.is_ok() && !file.exists());
    }
}
