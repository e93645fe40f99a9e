//! Matches a union as if it had no further variants.

use orchard::orchard::Basket;

fn main() {
    match Basket::Woven(String::new()) {
        Basket::Woven(_) => {}
    }
}
