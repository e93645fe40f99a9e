use super::Pattern;

fn matches(pattern: &str, text: &str) -> Option<bool> {
    Pattern::new(pattern).matches(text)
}

#[test]
fn patterns_of_models_are_matched() {
    let arn = r"^arn:[a-z\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/[a-zA-Z0-9_.-]+/[0-9]+$";
    let cases = [
        (r"^[a-zA-Z0-9_.-]+$", "front-door.1", true),
        (r"^[a-zA-Z0-9_.-]+$", "front door", false),
        (r"^[a-zA-Z0-9_.-]+$", "", false),
        (
            arn,
            "arn:aws:kinesisvideo:eu-west-1:123:stream/door/42",
            true,
        ),
        (arn, "arn:aws:kinesisvideo:eu-west-1:123:stream/door", false),
        (r"^[0-9]+$", "0123", true),
        (r"[0-9]{12}", "a123456789012b", true),
        (r"^[0-9]{12}$", "a123456789012b", false),
        (r"^\d{2,3}?$", "1234", false),
        (r"^(?!aws:)[a-z:]+$", "aws:x", false),
        (r"^(?!aws:)[a-z:]+$", "own:x", true),
        (r"^(a|bc)*d$", "abcad", true),
        (r"^(a|bc)*d$", "abad", false),
        (r"[\s\S]*", "any\nthing", true),
        (r"^[^\S\r\n]+$", " \t", true),
        (r"^.+$", "\n", false),
        (r"^[\u0020-\uD7FF]*$", "\t", false),
        (r"^[a-zA-Z0-9+/]+={0,2}$", "AAE=", true),
        (r"^[\w.-]$", "-", true),
        (r"^$", "", true),
        (r"^([A-Za-z]_?)+$", "a_b_c", true),
    ];
    for (pattern, text, expected) in cases {
        assert_eq!(matches(pattern, text), Some(expected), "{pattern} {text:?}");
    }
}

#[test]
fn what_cannot_be_read_is_not_judged() {
    for pattern in [
        r"\p{L}+", r"(?<=a)b", r"(a)\1", r"(?i)a", "(", ")", "[a", "a{", "*", r"[a&&b]", r"a++",
    ] {
        assert_eq!(matches(pattern, "a"), None, "{pattern}");
    }
}

#[test]
fn hostile_patterns_end() {
    let text = "a".repeat(5_000);
    assert_eq!(matches("^(a+)+b$", &text), None);
    assert_eq!(matches("^(a|aa)+$", &text), None, "too deep for the stack");
    assert_eq!(matches("^a*a*a*a*b$", &text), None);
    assert_eq!(matches("^a*$", &text), Some(true));
}
