use serde_saphyr::Location;

use super::super::Language;
use super::*;

fn faults(yaml: &str) -> Vec<String> {
    match ShopFolder::parse(yaml) {
        Err(FolderError::Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_fault_is_reported_at_once_with_its_line() {
    let yaml = "name: \"\\u200b\"
categories:
  - {key: a, title: \"\"}
  - {key: b, title: B, subcategories: [{key: c, title: C}, {key: c, title: \"C\\n\"}]}
products:
  - {key: p, title: \"\", category: a, price: \"1.00\", stock: 1}
  - {key: q, title: \"A\\nB\", category: b, price: \"1,00\", stock: -1}
  - key: r
    title: R
    category: nowhere
    price: '1'
    discount: 300
    stock: plenty
    picture: ../../etc/passwd
    characteristics: {Origin: \"\\u2800\"}
  - {title: no key}
  - {key: s, title: S, category: a, price: '1', stock: 2000000000, picture: /dev/zero}
news:
  - {key: n, headline: \"\", body: \"\", published: soon}
";
    let told = faults(yaml);
    for expected in [
        "line 1: the shop: name: it must have visible characters",
        "line 3: category “a”: title: it must have visible characters",
        "line 4: category “c”: key: it stands twice",
        "line 6: product “p”: title: it must have visible characters",
        "line 7: product “q”: title: it must not have control characters",
        "line 7: product “q”: category: the category “b” does not exist or has subcategories",
        "line 7: product “q”: price: “1,00” is not an amount",
        "line 7: product “q”: stock: it is neither a count",
        "line 10: product “r”: category: the category “nowhere”",
        "line 12: product “r”: discount: it is no whole per cent",
        "line 13: product “r”: stock: it is neither a count",
        "line 14: product “r”: picture: it must be the name of a file in pictures/, without a path",
        "line 16: a product: key: it is missing",
        "line 16: a product: stock: it is missing",
        "line 17: product “s”: stock: it must be from 0 to 1000000000",
        "line 17: product “s”: picture: it must be the name of a file",
        "line 19: news item “n”: headline",
        "line 19: news item “n”: published: it must be a time",
    ] {
        assert!(told.iter().any(|line| line.starts_with(&format!("shop.yaml, {expected}"))), "{expected}\n{told:#?}");
    }
}

#[test]
fn a_shop_may_have_more_products_than_the_reader_expects_of_a_configuration() {
    let mut yaml = "\u{feff}name: S\ncategories: [{key: c, title: C}]\nproducts:\n".to_owned();
    for n in 0..30_000 {
        yaml.push_str(&format!(
            "  - {{key: p{n}, title: Tea {n}, category: c, price: '1.50', stock: {n}, description: Green, picture: p.jpg, \
             characteristics: {{Origin: Uji, Harvest: Spring}}}}\n"
        ));
    }
    assert_eq!(ShopFolder::parse(&yaml).unwrap().products.len(), 30_000);
}

#[test]
fn a_few_lines_do_not_grow_into_a_shop_without_end() {
    let mut yaml = "name: S\ncategories: []\nproducts: []\nnews:\n  - &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let before = format!("*a{}", n - 1);
        yaml.push_str(&format!("  - &a{n} [{}]\n", [before.as_str(); 10].join(", ")));
    }
    assert!(matches!(ShopFolder::parse(&yaml), Err(FolderError::Yaml(_))));
}

#[test]
fn a_whole_number_is_read_or_refused_at_its_line() {
    let mut reading = Reading::default();
    let mut weight = None;
    for (said, read) in
        [(Scalar::Whole(250), Some(250)), (Scalar::Whole(-1), None), (Scalar::Word("250 g".to_owned()), None)]
    {
        let said = Spanned::new(Said::Scalar(said), Location::UNKNOWN, Location::UNKNOWN);
        reading.value("product “p”", "weight", &said, FieldValue::Whole(&mut weight, 1000));
        assert_eq!(weight, read);
    }
    assert_eq!(reading.faults.len(), 2, "{:?}", reading.faults);
    assert_eq!(reading.faults[0].flaw.to_string(), "weight: it is no whole number from 0 to 1000");
}

#[test]
fn an_entry_has_the_fields_of_a_product_and_no_others() {
    let shop = |fields: &str| {
        let head = "name: S\ncategories: [{key: c, title: C}]\nproducts: [{key: p, title: P, category: c, price: 1";
        ShopFolder::parse(&format!("{head}, {fields}}}]\n"))
    };
    let full = "stock: 3, description: ' A tea ', discount: 5, hidden: true, picture: p.jpg, characteristics: {A: B}";
    let product = shop(full).unwrap().products.remove(0);
    assert_eq!((product.stock, product.discount.get(), product.hidden), (Stock::Count(3), 5, true));
    assert_eq!((product.description.as_str(), product.picture), ("A tea", Some(PictureId("p.jpg".to_owned()))));
    assert_eq!(product.characteristics, [("A", "B")].into_iter().collect());
    let empty = shop("stock: always, description: , discount: , picture: ").unwrap().products.remove(0);
    assert_eq!((empty.stock, empty.description.as_str(), empty.picture), (Stock::Always, "", None));
    for (wrong, problem) in [
        ("stock: 3, position: 5", "unknown field `position`"),
        ("stock: 3, colour: green", "unknown field `colour`"),
        ("stock: 3, stock: 4", "stock"),
    ] {
        let told = shop(wrong).unwrap_err().to_string();
        assert!(told.contains(problem), "{wrong}: {told}");
    }
}

#[test]
fn what_is_sold_is_read_in_other_languages_and_their_faults_are_told_at_their_line() {
    let yaml = "name: S\ncategories:\n  - key: c\n    title: Tea\n    translations: {uk: {title: Чай}, ru: {description: ' Листья '}}\n\
                products:\n  - key: p\n    title: Sencha\n    category: c\n    price: 1\n    stock: 3\n    translations:\n      uk:\n        \
                title: Сенча\n        characteristics: {Походження: Японія}\nnews:\n  - key: n\n    headline: Spring\n    body: Here\n    \
                published: 2026-03-14T12:00:00Z\n    translations: {uk: {headline: Весна}}\n";
    let shop = ShopFolder::parse(yaml).unwrap();
    let (category, product, news) = (&shop.categories[0], &shop.products[0], &shop.news[0]);
    assert_eq!((category.title_in(Language::Ukrainian), category.description_in(Language::Russian)), ("Чай", "Листья"));
    assert_eq!((product.title_in(Language::Ukrainian), product.title_in(Language::Russian)), ("Сенча", "Sencha"));
    assert_eq!(*product.characteristics_in(Language::Ukrainian), [("Походження", "Японія")].into_iter().collect());
    assert_eq!((news.headline_in(Language::Ukrainian), news.body_in(Language::Ukrainian)), ("Весна", "Here"));
    for (right, wrong, problem) in [
        (
            "title: Чай",
            "title: \"\\u200b\"",
            "line 5: category “c”: translations/uk/title: it must have visible characters",
        ),
        (
            "Японія",
            "\"Японія\\u0007\"",
            "line 13: product “p”: translations/uk/characteristics/0/value: it must not have control",
        ),
        ("headline: Весна", "title: Весна", "unknown field `title`"),
        ("uk: {title", "de: {title", "unknown variant `de`, expected one of en, uk, ru"),
    ] {
        let told = ShopFolder::parse(&yaml.replace(right, wrong)).unwrap_err().to_string();
        assert!(told.contains(problem), "{wrong}: {told}");
    }
}
