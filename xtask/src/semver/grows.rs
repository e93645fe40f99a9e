//! A caller as the documentation asks for: it compiles whatever the model has grown by.

use kvs_protocol::Operation;
use orchard::orchard::{Basket, Exception, Fruit, Ladder, PickFruit, PickFruitOutput};

fn ask() -> PickFruit {
    PickFruit {
        tree: Some("oldest".into()),
        ladder: Some(Ladder {
            rungs: Some(7),
            ..Ladder::default()
        }),
        ..PickFruit::default()
    }
}

fn taste(output: &PickFruitOutput) -> &str {
    match &output.fruit {
        Some(Fruit::Apple) => "sour",
        Some(Fruit::Pear) => "sweet",
        Some(unknown) => unknown.as_str(),
        None => "nothing",
    }
}

fn carry(basket: &Basket) -> bool {
    match basket {
        Basket::Woven(by) => by.is_empty(),
        _ => false,
    }
}

fn excuse(error: &Exception) -> Option<&str> {
    match error {
        Exception::OutOfSeason(why) => why.message.as_deref(),
        _ => None,
    }
}

fn main() {
    assert!(ask().encode().is_ok());
    let _ = (taste, carry, excuse);
}
