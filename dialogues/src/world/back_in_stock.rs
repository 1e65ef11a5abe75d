//! Products that are back in stock, in the model: whoever waits for one is told, once.

use std::sync::Arc;

use super::World;
use crate::product::back_in_stock;
use crate::shop::{Product, ProductId};

impl World {
    /// Tells those who wait for what can be bought now.
    pub(super) fn tell_who_waits(&mut self) {
        if self.catalogue.pause(self.now).is_some() {
            return;
        }
        let mut names: Vec<_> = self.residents.keys().cloned().collect();
        names.sort_by_key(|name| self.residents[name].place);
        for name in names {
            for product in self.back_for(&name) {
                let Some(resident) = self.residents.get_mut(&name) else { continue };
                let language = resident.language_now();
                resident.kept.customer =
                    resident.kept.customer.as_ref().map(|customer| customer.awaiting(product.id, false));
                if resident.kept.active {
                    self.bring(&name, &back_in_stock(&product, &self.around().for_reader(language)));
                }
            }
        }
    }

    fn back_for(&self, name: &str) -> Vec<Arc<Product>> {
        let customer = self.residents.get(name).and_then(|resident| resident.kept.customer.as_ref());
        let back = |awaited: &[ProductId]| self.catalogue.back(awaited).cloned().collect();
        customer.map(|customer| back(&customer.awaited)).unwrap_or_default()
    }
}
