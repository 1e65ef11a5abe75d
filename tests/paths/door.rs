//! How a gate takes connections.

use std::future::Future;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Serves every connection that comes, until what is returned is aborted; those that have come go on.
pub(crate) fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F + Send + 'static) -> AbortHandle
where
    F: Future<Output = ()> + Send + 'static,
{
    let accepting = async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client));
        }
    };
    tokio::spawn(accepting).abort_handle()
}
