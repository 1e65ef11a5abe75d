//! Where the pictures of screens come from.

use futures::future::BoxFuture;

/// A picture as Telegram takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Telegram has it, by this `file_id`, which is good for one bot only.
    FileId(String),
    /// Its bytes are uploaded.
    Bytes(Vec<u8>),
}

/// The pictures of an application.
pub trait Pictures<P>: Send + Sync + 'static {
    /// The picture as it is to be sent; `None` where it cannot be had, and its text is sent alone.
    fn find<'a>(&'a self, picture: &'a P) -> BoxFuture<'a, Option<Source>>;

    /// Telegram has taken the picture, and knows it by this `file_id` from now on.
    fn uploaded<'a>(&'a self, picture: &'a P, file_id: &'a str) -> BoxFuture<'a, ()>;

    /// A `file_id` is not good any more: the picture is to be uploaded again.
    fn expired<'a>(&'a self, picture: &'a P) -> BoxFuture<'a, ()>;

    /// Telegram does not take the picture; its reason. It is not to be uploaded again for each view.
    fn refused<'a>(&'a self, picture: &'a P, reason: &'a str) -> BoxFuture<'a, ()>;
}

/// For an application without pictures.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPictures;

impl<P: Send + Sync> Pictures<P> for NoPictures {
    fn find<'a>(&'a self, _: &'a P) -> BoxFuture<'a, Option<Source>> {
        Box::pin(async { None })
    }

    fn uploaded<'a>(&'a self, _: &'a P, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn expired<'a>(&'a self, _: &'a P) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn refused<'a>(&'a self, _: &'a P, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}
