use std::sync::Arc;

use super::*;
use crate::snapshot::Surroundings;

/// A shop with one product, which has a picture or none.
fn context(picture: Option<&str>) -> Context {
    let picture = picture.map(|name| PictureId(name.to_owned()));
    let product = Product { title: "Sencha".to_owned(), picture, ..Product::default() };
    let catalogue = Arc::new(crate::shop::Catalogue::default().changed([crate::shop::Change::Product(product)]));
    let (settings, now) = (Arc::new(crate::world::settings()), crate::world::beginning());
    Surroundings { catalogue, settings, office: None, now, fresh: 0 }.for_anybody()
}

/// What becomes of a picture of an album: the state after it, whether the product gets it, and how many sentences there are.
fn sent(state: GoodsState, album: &str, context: &Context) -> (GoodsState, bool, usize) {
    let picture = PictureId("another".to_owned());
    let outcome = state.transition(GoodsEvent::SentPicture(picture, Some(album.to_owned())), context);
    let is_taken = outcome.effects.iter().any(|effect| matches!(effect, Effect::ChangeProduct(_)));
    match outcome.next {
        Next::Stay(state) | Next::Keep(state) => (state, is_taken, outcome.notes.len()),
        other => panic!("it leads elsewhere: {other:?}"),
    }
}

#[test]
fn an_album_is_one_picture_of_a_product_and_what_else_it_has_is_said_once() {
    let product = ProductId::default();
    for asked in [GoodsState::AskingPicture { product }, GoodsState::viewing(product)] {
        let (viewing, is_taken, said) = sent(asked, "spring", &context(None));
        assert_eq!((is_taken, said), (true, 1), "the page tells of it");
        let with_picture = context(Some("first"));
        let (viewing, is_taken, said) = sent(viewing, "spring", &with_picture);
        assert_eq!((is_taken, said), (false, 0), "the rest of the album");
        let (viewing, is_taken, said) = sent(viewing, "summer", &with_picture);
        assert_eq!((is_taken, said), (false, 1), "another album");
        assert_eq!(sent(viewing, "summer", &with_picture).2, 0);
    }
}
