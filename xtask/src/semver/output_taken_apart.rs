//! Takes an output apart as if it had no further members.

fn main() {
    let orchard::orchard::PickFruitOutput { fruit, basket } = Default::default();
    let _ = (fruit, basket);
}
