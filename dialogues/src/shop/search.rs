//! Finding words whatever their case and script: `Сенча`, `сенча` and `SENCHA` are one.

/// A text as it is searched: lower case, Cyrillic spelled in Latin letters, accents taken off, and letters that
/// one script has for two sounds of the other made equal (`и`, `і`, `y` are `i`; `г` is `g` and `h`).
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match latin(letter) {
            Some(spelling) => folded.push_str(spelling),
            None => folded.push(letter),
        }
    }
    folded
}

/// Whether every word of a query that is folded already stands in a text that is folded already.
pub fn has_words(text: &str, query: &str) -> bool {
    query.split_whitespace().all(|word| text.contains(word))
}

/// How a letter is spelled when it is searched; `None` for one that stays as it is.
fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' | 'à' | 'á' | 'â' | 'ä' | 'å' | 'ã' => "a",
        'б' => "b",
        'в' | 'w' => "v",
        'г' | 'ґ' | 'h' => "g",
        'д' => "d",
        'е' | 'э' | 'ё' | 'è' | 'é' | 'ê' | 'ë' => "e",
        'є' => "ie",
        'ж' => "zg",
        'з' => "z",
        'и' | 'і' | 'ї' | 'й' | 'ы' | 'y' | 'ì' | 'í' | 'î' | 'ï' => "i",
        'к' | 'c' | 'ç' => "k",
        'л' => "l",
        'м' => "m",
        'н' | 'ñ' => "n",
        'о' | 'ò' | 'ó' | 'ô' | 'ö' | 'ø' => "o",
        'п' => "p",
        'р' => "r",
        'с' | 'ß' => "s",
        'т' => "t",
        'у' | 'ù' | 'ú' | 'û' | 'ü' => "u",
        'ф' => "f",
        // Spelled with what `h` and `c` become, so that `kh`, `ch`, `sh` are met.
        'х' => "kg",
        'ц' => "ts",
        'ч' => "kg",
        'ш' => "sg",
        'щ' => "sgkg",
        'ю' => "iu",
        'я' => "ia",
        // Signs that change how a neighbour sounds, and accents that stand by themselves.
        'ъ' | 'ь' | '\'' | '’' | 'ʼ' | '\u{300}'..='\u{36f}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_in_two_scripts_is_one() {
        for (cyrillic, latin) in [
            ("Сенча", "SENCHA"),
            ("Улун", "ulun"),
            ("Пуер", "Puer"),
            ("мёд", "med"),
            ("Каркаде", "karkade"),
            ("Київ", "Kyiv"),
            ("ромашка", "romashka"),
            ("какао", "cacao"),
            ("шу пуэр", "shu puer"),
            ("Марʼяна", "mariana"),
        ] {
            assert_eq!(folded(cyrillic), folded(latin), "{cyrillic}");
        }
    }

    #[test]
    fn every_word_of_a_query_counts_in_any_order() {
        let text = folded("Сенча, зелений чай");
        assert!(has_words(&text, &folded("CHAI sencha")));
        assert!(!has_words(&text, &folded("sencha black")));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["Сенча", "Café", "İstanbul", "ЩЁКИ", "ẞ"] {
            assert_eq!(folded(&folded(text)), folded(text), "{text}");
        }
    }
}
