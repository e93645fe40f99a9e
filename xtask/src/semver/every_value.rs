//! Matches an enumeration as if it had no further values.

use orchard::orchard::Fruit;

fn main() {
    match Fruit::from("PLUM") {
        Fruit::Apple | Fruit::Pear => {}
    }
}
