//! `cargo xtask sweep`: the generator over a folder of models, such as botocore's.

pub(crate) mod find;
mod package;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use kvs_codegen::Format;

use crate::codegen::model::{self, Model};
use crate::{Failure, process};
use find::Found;

/// What the command was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Order {
    models: PathBuf,
    out: Option<PathBuf>,
    check: usize,
}

impl Order {
    fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut order = Self::default();
        for pair in arguments.chunks(2) {
            match *pair {
                ["--models", models] => order.models = PathBuf::from(models),
                ["--out", out] => order.out = Some(PathBuf::from(out)),
                ["--check", count] => order.check = count.parse()?,
                _ => return Err(format!("cannot make sense of `{}`", pair.join(" ")).into()),
            }
        }
        if order.models.as_os_str().is_empty() {
            return Err("sweep needs `--models DIR`".into());
        }
        Ok(order)
    }
}

/// What became of a model.
struct Swept {
    name: String,
    operations: usize,
    left_out: usize,
    /// For the person at the terminal: what is left out, or why nothing was generated.
    report: String,
    /// None where the generator gave up.
    files: Option<Vec<(String, String)>>,
}

impl Swept {
    fn size(&self) -> usize {
        let files = self.files.iter().flatten();
        files.map(|(_, text)| text.len()).sum()
    }
}

pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<ExitCode, Failure> {
    let order = Order::parse(arguments)?;
    let start = Instant::now();
    let swept = sweep(&order.models)?;
    let took = start.elapsed().as_secs_f64();
    if swept.is_empty() {
        let folder = order.models.display();
        return Err(format!("{folder} has no model of a restJson1 service").into());
    }
    let is_complete = swept.iter().all(|model| model.files.is_some());
    let mut passed = is_complete;
    if order.out.is_some() || order.check > 0 {
        let inside = || root.join("target/sweep");
        let out = order.out.clone().unwrap_or_else(inside);
        package::write(root, &out, &swept)?;
        passed &= order.check == 0 || check(&out, &swept, order.check)?;
    }
    let mut totals = (0, 0);
    for model in &swept {
        print!("{}", model.report);
        totals.0 += model.operations;
        totals.1 += model.left_out;
    }
    let (operations, left_out) = totals;
    println!(
        "{} models, {operations} operations, {left_out} left out, {took:.1} s",
        swept.len()
    );
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Generates every model, on all cores, and gives them back in the order of their names.
fn sweep(folder: &Path) -> Result<Vec<Swept>, Failure> {
    let found = Mutex::new(find::models(folder)?.into_iter());
    let swept = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        loop {
            // A lock is poisoned where another worker has panicked, which the scope passes on.
            let next = found.lock().ok().and_then(|mut found| found.next());
            let Some(next) = next else {
                return;
            };
            let one = one(folder, next);
            if let (Some(one), Ok(mut swept)) = (one, swept.lock()) {
                swept.push(one);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let mut swept = swept.into_inner()?;
    swept.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(swept)
}

/// Generates a model; nothing where it is none, or that of another protocol.
fn one(folder: &Path, Found { name, path }: Found) -> Option<Swept> {
    let failed = |operations: usize, failure: &dyn std::fmt::Display| Swept {
        name: name.clone(),
        operations,
        left_out: operations,
        report: format!("{name}: NOT GENERATED: {failure}\n"),
        files: None,
    };
    let text = match model::read(folder, &path) {
        Ok(text) => text,
        Err(failure) => return Some(failed(0, &failure)),
    };
    let format = kvs_codegen::probe(&text.1);
    let Format::RestJson1 { operations } = format else {
        return None;
    };
    let generated = Model::beside(folder, &path, text).and_then(|model| {
        let service = kvs_codegen::read(&model.input())?;
        let files = kvs_codegen::write(&service, &model.text.0)?;
        Ok(Swept {
            name: name.clone(),
            operations: service.operations.len() + service.left_out.len(),
            left_out: service.left_out.len(),
            report: kvs_codegen::report(&service)?,
            files: Some(files),
        })
    });
    Some(generated.unwrap_or_else(|failure| failed(operations, &failure)))
}

/// Type-checks the largest ones.
fn check(out: &Path, swept: &[Swept], count: usize) -> Result<bool, Failure> {
    let mut largest: Vec<&Swept> = swept.iter().filter(|model| model.files.is_some()).collect();
    largest.sort_by_key(|model| std::cmp::Reverse(model.size()));
    let mut cargo = process::cargo();
    cargo
        .current_dir(out)
        .args(["check", "--quiet"])
        .env("CARGO_TARGET_DIR", out.join("target"))
        .env("RUSTFLAGS", "-Dwarnings");
    for model in largest.into_iter().take(count) {
        cargo.arg("--package").arg(package::name(&model.name));
    }
    process::succeeds(&mut cargo)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_order_names_a_folder() {
        let order = Order::parse(&["--models", "a", "--check", "3", "--out", "b"]).unwrap();
        let expected = Order {
            models: PathBuf::from("a"),
            out: Some(PathBuf::from("b")),
            check: 3,
        };
        assert_eq!(order, expected);
        let orders: [&[&str]; 4] = [&[], &["--models"], &["--out", "b"], &["--check", "all"]];
        for order in orders {
            assert!(Order::parse(order).is_err(), "{order:?}");
        }
    }

    #[test]
    fn our_models_are_swept_the_same_twice() {
        let models = crate::root().join("model");
        let swept = || {
            let swept = sweep(&models).unwrap().into_iter();
            swept.map(|model| (model.name, model.operations, model.files))
        };
        let (first, second) = (swept().collect::<Vec<_>>(), swept().collect::<Vec<_>>());
        assert_eq!(first, second);
        let operations: usize = first.iter().map(|(_, operations, _)| operations).sum();
        assert_eq!((first.len(), operations), (5, 43));
        assert!(first.iter().all(|(.., files)| files.is_some()));
    }

    #[test]
    fn what_cannot_be_generated_is_counted_and_told() {
        let folder = std::env::temp_dir().join(format!("kvs-sweep-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("broken.json"), "{").unwrap();
        fs::write(folder.join("other.json"), "{}").unwrap();
        let swept = sweep(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let [broken] = swept.as_slice() else {
            panic!("{} models", swept.len());
        };
        assert!(broken.files.is_none());
        let report = &broken.report;
        assert!(
            report.starts_with("broken: NOT GENERATED: broken.json: "),
            "{report}"
        );
    }
}
