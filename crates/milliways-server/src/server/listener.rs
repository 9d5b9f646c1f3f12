//! Binding addresses, and refusing those that would let in whoever must not come in.

use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream, lookup_host};

use super::ServeError;

/// Listens on a host's address. Any but a loopback one needs authentication.
pub(super) async fn tcp(host: &str, port: u16, has_auth: bool) -> Result<TcpListener, ServeError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let unknown = |source| ServeError::Host {
        host: host.to_owned(),
        source,
    };
    let addresses: Vec<_> = lookup_host((bare, port)).await.map_err(unknown)?.collect();
    let open = addresses.iter().find(|address| !address.ip().is_loopback());
    if let (Some(address), false) = (open, has_auth) {
        return Err(ServeError::Unprotected(*address));
    }
    TcpListener::bind(&*addresses)
        .await
        .map_err(|source| ServeError::Bind {
            address: format!("{host}:{port}"),
            source,
            hint: "stop the program that uses it, or choose another port (--port)",
        })
}

/// Listens on a unix socket that only its owner can open. A file that a dead server left is replaced.
pub(super) async fn unix(path: &Path) -> Result<(UnixListener, SocketFile), ServeError> {
    let failed = |source| ServeError::Bind {
        address: path.display().to_string(),
        source,
        hint: "check that the folder can be written to",
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
    }
    if path.exists() {
        if UnixStream::connect(path).await.is_ok() {
            return Err(ServeError::SocketInUse(path.to_owned()));
        }
        std::fs::remove_file(path).map_err(failed)?;
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    let file = SocketFile(path.to_owned());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    // In a folder of somebody else the socket could be replaced by theirs.
    let (ours, theirs) = (
        path.metadata().map_err(failed)?,
        folder.metadata().map_err(failed)?,
    );
    if theirs.uid() != ours.uid() && theirs.uid() != 0 {
        return Err(ServeError::ForeignFolder(path.to_owned()));
    }
    Ok((listener, file))
}

/// The file of a unix socket; it is removed when this is dropped.
pub(super) struct SocketFile(PathBuf);

impl SocketFile {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // It may be gone already, or belong to a server that took over.
        let _ = std::fs::remove_file(&self.0);
    }
}
