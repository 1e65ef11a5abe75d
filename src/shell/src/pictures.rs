//! Where the pictures of screens come from, and files that are made when they are sent.

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

    /// The content of a file that a dialogue calls by a name ([`engine::FileBody::Made`]); `name` is what it has called the file.
    /// Where it fails, the dialogue's other text is sent.
    fn make<'a>(&'a self, by: &'a str, name: &'a str) -> BoxFuture<'a, Result<MadeFile, std::io::Error>> {
        let refused = format!("nothing makes the file {name} by “{by}”");
        Box::pin(async { Err(std::io::Error::other(refused)) })
    }

    /// Telegram does not take the picture; its reason. It is not to be uploaded again for each view.
    fn refused<'a>(&'a self, picture: &'a P, reason: &'a str) -> BoxFuture<'a, ()>;
}

/// A file that was made for a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFile {
    pub name: String,
    pub content: Vec<u8>,
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
