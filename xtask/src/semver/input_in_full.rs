//! Names every member of an input: a new one is missing here.

fn main() {
    let _ = orchard::orchard::PickFruit {
        tree: None,
        ladder: None,
    };
}
