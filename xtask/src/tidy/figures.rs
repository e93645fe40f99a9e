//! What grows unseen if nobody looks: the drivers' loops, and the longest files.

use super::source::{self, File, Function};

/// A driver is meant to be one loop of a screen at most around a call.
const DRIVERS: [&str; 2] = ["crates/ureq/src/", "crates/hyper/src/"];
const FILES: usize = 10;

pub(super) fn print(files: &[File]) {
    println!("The loops that drive a call:");
    for driver in DRIVERS {
        let files = files.iter().filter(|file| file.path.starts_with(driver));
        let mut found = false;
        for file in files.filter(|file| !file.is_test()) {
            for function in loops(&file.code) {
                let Function { name, line, .. } = function;
                let lines = function.lines();
                println!("  {lines:>5} {}:{line} `{name}`", file.path);
                found = true;
            }
        }
        if !found {
            println!("      - {driver} signs nothing");
        }
    }
    println!("The longest files:");
    let mut files: Vec<&File> = files.iter().filter(|file| !file.is_generated).collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.lines()));
    for file in files.iter().take(FILES) {
        println!("  {:>5} {}", file.lines(), file.path);
    }
}

/// The innermost functions that sign, outside of tests.
fn loops(code: &str) -> Vec<Function<'_>> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let mut signing = source::functions(code);
    signing.retain(|function| function.code.contains(".sign("));
    let is_outer = |function: &Function<'_>| {
        let inner = function.code.get(1..).unwrap_or_default();
        source::functions(inner)
            .iter()
            .any(|inner| inner.code.contains(".sign("))
    };
    signing.retain(|function| !is_outer(function));
    signing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_the_functions_that_sign() {
        let code = "fn a() {}\n\
                    fn outer() {\n    fn b() {\n        c.sign(d);\n    }\n}\n\
                    #[cfg(test)]\nmod tests {\n    fn e() { c.sign(d) }\n}\n";
        let found: Vec<_> = loops(code)
            .iter()
            .map(|f| (f.name, f.line, f.lines()))
            .collect();
        assert_eq!(found, [("b", 3, 3)]);
    }
}
