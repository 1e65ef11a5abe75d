//! What a key may do: a verb on a resource.

use std::str::FromStr;

use strum::IntoEnumIterator;

/// A verb on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::EnumIter)]
pub enum Scope {
    ReadProducts,
    WriteProducts,
    DeleteProducts,
    ReadCategories,
    WriteCategories,
    DeleteCategories,
    ReadNews,
    WriteNews,
    DeleteNews,
    ReadUsers,
    WriteUsers,
    DeleteUsers,
    ReadOrders,
    ReadMailings,
    WriteMailings,
    ReadEvents,
    ReadWebhooks,
    WriteWebhooks,
    /// Names, e-mails, phones and addresses in full, wherever they stand.
    ReadContacts,
}

impl Scope {
    /// As it is written: `products:read`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadProducts => "products:read",
            Self::WriteProducts => "products:write",
            Self::DeleteProducts => "products:delete",
            Self::ReadCategories => "categories:read",
            Self::WriteCategories => "categories:write",
            Self::DeleteCategories => "categories:delete",
            Self::ReadNews => "news:read",
            Self::WriteNews => "news:write",
            Self::DeleteNews => "news:delete",
            Self::ReadUsers => "users:read",
            Self::WriteUsers => "users:write",
            Self::DeleteUsers => "users:delete",
            Self::ReadOrders => "orders:read",
            Self::ReadMailings => "mailings:read",
            Self::WriteMailings => "mailings:write",
            Self::ReadEvents => "events:read",
            Self::ReadWebhooks => "webhooks:read",
            Self::WriteWebhooks => "webhooks:write",
            Self::ReadContacts => "contacts:read",
        }
    }

    /// The scopes that a word stands for: `products:read`, `products:*`, `*:read`, `*`.
    pub fn parse_all(word: &str) -> Result<Vec<Self>, String> {
        let (resource, verb) = word.split_once(':').unwrap_or((word, word));
        let part = |pattern: &str, part: &str| pattern == "*" || pattern == part;
        let fits = |scope: &Self| {
            scope.name().split_once(':').is_some_and(|(has, may)| part(resource, has) && part(verb, may))
        };
        let found: Vec<Self> = Self::iter().filter(fits).collect();
        if found.is_empty() {
            let all: Vec<&str> = Self::iter().map(Self::name).collect();
            return Err(format!("“{word}” is no scope; there are {}, and * for a part", all.join(", ")));
        }
        Ok(found)
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::iter().find(|scope| scope.name() == name).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_for_scopes() {
        assert_eq!(Scope::parse_all("news:write"), Ok(vec![Scope::WriteNews]));
        assert_eq!(Scope::parse_all("products:*").map(|all| all.len()), Ok(3));
        assert_eq!(Scope::parse_all("*:read").map(|all| all.len()), Ok(9));
        assert_eq!(Scope::parse_all("*").map(|all| all.len()), Ok(Scope::iter().count()));
        for wrong in ["", "orders:write", "products", "products:read,news:read"] {
            assert!(Scope::parse_all(wrong).is_err(), "{wrong}");
        }
    }
}
