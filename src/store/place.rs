//! Whether a folder is fit for a ledger.

use std::path::Path;

use super::error::StoreError;

/// File systems that live on another machine. Their locks are advisory at best, and a write that
/// was acknowledged may still be lost.
const NETWORK_FILE_SYSTEMS: [&str; 14] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "coda",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.sshfs",
    "gfs2",
    "glusterfs",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
];

/// Refuses folders on network file systems by name.
///
/// Linux names them in `/proc/self/mountinfo`; on Windows a path that begins with two backslashes is
/// a share. Elsewhere nothing is known and nothing refused.
pub(super) fn refuse_network(folder: &Path) -> Result<(), StoreError> {
    if folder.to_string_lossy().starts_with(r"\\") {
        return Err(StoreError::NetworkPlace {
            kind: "share".to_owned(),
        });
    }
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else {
        return Ok(());
    };
    match file_system_of(&mounts, folder) {
        Some(kind) if NETWORK_FILE_SYSTEMS.contains(&kind) => Err(StoreError::NetworkPlace {
            kind: kind.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The type of the file system that holds `folder`: that of the longest mount point above it.
fn file_system_of<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    mounts
        .lines()
        .filter_map(|line| {
            // 36 35 98:0 /root /mount/point options - type source options (proc(5))
            let (before, after) = line.split_once(" - ")?;
            let mount_point = before.split(' ').nth(4)?.replace("\\040", " ");
            let kind = after.split(' ').next()?;
            folder
                .starts_with(&mount_point)
                .then_some((mount_point.len(), kind))
        })
        // Of two mounts on one point the later one is in force.
        .max_by_key(|&(length, _)| length)
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
        23 22 0:5 / /mnt/share rw - nfs4 server:/x rw\n\
        24 22 0:6 / /mnt/a\\040b rw - cifs //server/x rw\n";

    #[test]
    fn the_nearest_mount_point_decides() {
        for (folder, kind) in [
            ("/var/lib/loy", "ext4"),
            ("/mnt/share/till1", "nfs4"),
            ("/mnt/shared", "ext4"),
            ("/mnt/a b/till1", "cifs"),
        ] {
            assert_eq!(
                file_system_of(MOUNTS, Path::new(folder)),
                Some(kind),
                "{folder}"
            );
        }
    }

    #[test]
    fn a_windows_share_is_refused() {
        let refused = refuse_network(Path::new(r"\\server\share\loy"));
        assert!(matches!(refused, Err(StoreError::NetworkPlace { .. })));
    }
}
