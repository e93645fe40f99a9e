use super::*;
use crate::Sensitive;
use std::collections::BTreeMap;

crate::structure! {
    /// A fence.
    struct Fence one_of("Id", "Name") {
        /// Number.
        pub id: Option<i64> = "Id",
        /// Name.
        pub name: Option<String> = "Name",
        /// Posts.
        pub posts: Option<Vec<String>> = "Posts" [Required, Length(1, 3), Each(&[Pattern("^[a-z]+$")])],
        /// Heights by post.
        pub heights: Option<BTreeMap<String, i32>> = "Heights" [Keys(&[Length(2, 4)]), Values(&[Range(0.0, 10.0)])],
        /// Fences that belong to it.
        pub gates: Option<Vec<Fence>> = "Gates" [Length(0, 1)],
        /// Who may open it, by their secret names.
        pub openers: Option<BTreeMap<Sensitive<String>, i32>> = "Openers" [Keys(&[Length(3, 9)])],
        /// Opens it.
        pub code: Option<Sensitive<String>> = "Code" [Length(4, u64::MAX)],
    }
}

fn problems(fence: &Fence) -> Vec<String> {
    check(fence).iter().map(ToString::to_string).collect()
}

#[test]
fn what_keeps_to_its_rules_is_silent() {
    let fence = Fence {
        id: Some(1),
        posts: Some(vec!["a".into()]),
        ..Fence::default()
    };
    assert_eq!(problems(&fence), [""; 0]);
}

#[test]
fn every_rule_is_told_with_path_bound_and_value() {
    let fence = Fence {
        posts: Some(vec!["a".into(), "B".into(), "c".into(), "d".into()]),
        heights: Some([("x".to_owned(), 11)].into()),
        gates: Some(vec![
            Fence::default(),
            Fence {
                id: Some(1),
                ..Fence::default()
            },
        ]),
        openers: Some([(Sensitive("ab".to_owned()), 1)].into()),
        code: Some(Sensitive("123".into())),
        ..Fence::default()
    };
    let expected = [
        "Id or Name is required but was not given",
        "Posts must be 1 to 3 long, but is 4 long",
        r#"Posts[1] must match ^[a-z]+$, but is "B""#,
        r#"Heights["x"] must be 2 to 4 long, but is 1 long"#,
        r#"Heights["x"] must be 0 to 10, but is 11"#,
        "Gates must be 1 or shorter, but is 2 long",
        "Gates[0].Id or Name is required but was not given",
        "Gates[0].Posts is required but was not given",
        "Gates[1].Posts is required but was not given",
        "Openers[…] must be 3 to 9 long, but is not",
        "Code must be 4 or longer, but is not",
    ];
    assert_eq!(problems(&fence), expected);
}

#[test]
fn a_violation_keeps_its_rule_for_programs() {
    let found = check(&Fence {
        name: Some("n".into()),
        ..Fence::default()
    });
    let expected = Violation {
        path: "Posts".into(),
        rule: Rule::Required,
        value: String::new(),
    };
    assert_eq!(found, [expected]);
}
