//! Makes an output, which only the service does.

fn main() {
    let _ = orchard::orchard::PickFruitOutput {
        fruit: None,
        basket: None,
    };
}
