//! `cargo xtask codegen --model FILE… --out DIR [--report FILE]`: a crate for any services.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kvs_codegen::{Input, Source};

use super::formatted;
use crate::Failure;

/// What the command was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Order {
    models: Vec<PathBuf>,
    out: PathBuf,
    report: Option<PathBuf>,
}

impl Order {
    fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut order = Self::default();
        let mut rest = arguments.iter().copied().peekable();
        while let Some(option) = rest.next() {
            let mut values = Vec::new();
            while let Some(value) = rest.next_if(|next| !next.starts_with("--")) {
                values.push(PathBuf::from(value));
            }
            match (option, values.as_slice()) {
                ("--model", [_, ..]) => order.models.append(&mut values),
                ("--out", [out]) => order.out.clone_from(out),
                ("--report", [report]) => order.report = Some(report.clone()),
                _ => return Err(format!("cannot make sense of `{option}`").into()),
            }
        }
        if order.models.is_empty() || order.out.as_os_str().is_empty() {
            return Err("codegen needs `--model FILE…` and `--out DIR`".into());
        }
        Ok(order)
    }
}

/// A model, and the files beside it that add to it.
struct Texts {
    model: (String, String),
    paginators: Option<(String, String)>,
    overlay: Option<(String, String)>,
}

impl Texts {
    fn read(model: &Path) -> Result<Self, Failure> {
        let name = model.file_name().unwrap_or_default().to_string_lossy();
        let beside = |suffix: &str, other: &str| {
            let stem = name.strip_suffix(suffix)?;
            let path = model.with_file_name(format!("{stem}{other}"));
            path.exists().then(|| text(&path))
        };
        Ok(Self {
            model: text(model)?,
            paginators: beside("service-2.json", "paginators-1.json").transpose()?,
            overlay: beside(".json", ".overlay.json").transpose()?,
        })
    }

    fn input(&self) -> Input<'_> {
        Input {
            model: as_source(&self.model),
            paginators: self.paginators.as_ref().map(as_source),
            overlay: self.overlay.as_ref().map(as_source),
        }
    }
}

fn as_source((path, text): &(String, String)) -> Source<'_> {
    Source { path, text }
}

fn text(path: &Path) -> Result<(String, String), Failure> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?;
    Ok((name, text))
}

pub(crate) fn write(root: &Path, arguments: &[&str]) -> Result<ExitCode, Failure> {
    let order = Order::parse(arguments)?;
    let texts: Vec<Texts> = order
        .models
        .iter()
        .map(|model| Texts::read(model))
        .collect::<Result<_, _>>()?;
    let inputs: Vec<Input<'_>> = texts.iter().map(Texts::input).collect();
    let source = order.out.join("src");
    fs::create_dir_all(&source).map_err(|e| format!("{}: {e}", source.display()))?;
    let mut modules = String::new();
    for (name, text) in kvs_codegen::generate(&inputs)? {
        let file = source.join(&name);
        fs::create_dir_all(file.parent().unwrap_or(&source))?;
        fs::write(file, formatted(root, &text)?)?;
        // What lies in a folder is declared by the module that the folder is of.
        if !name.contains('/') {
            modules.push_str(&format!("pub mod {};\n", name.trim_end_matches(".rs")));
        }
    }
    fs::write(source.join("lib.rs"), format!("{LIBRARY}{modules}"))?;
    fs::write(order.out.join("Cargo.toml"), manifest(root, &order.out))?;
    let report = inputs
        .iter()
        .map(kvs_codegen::report)
        .collect::<Result<String, _>>()?;
    match &order.report {
        Some(path) => fs::write(path, report).map_err(|e| format!("{}: {e}", path.display()))?,
        None => print!("{report}"),
    }
    Ok(ExitCode::SUCCESS)
}

const LIBRARY: &str =
    "//! Operations of AWS services, generated from their models.\n#![forbid(unsafe_code)]\n\n";

fn manifest(root: &Path, out: &Path) -> String {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let protocol = root.join("crates/protocol");
    format!(
        "[package]\nname = {:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         kvs-protocol = {{ path = {:?} }}\n\n[workspace]\n",
        name.replace(['.', ' '], "-"),
        protocol.display().to_string()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_models_and_a_folder() {
        let order = Order::parse(&[
            "--model", "a.json", "b.json", "--out", "x", "--model", "c.json",
        ]);
        let order = order.unwrap();
        assert_eq!(
            order.models,
            ["a.json", "b.json", "c.json"].map(PathBuf::from)
        );
        assert_eq!(order.out, PathBuf::from("x"));
        let orders: [&[&str]; 4] = [
            &["--out", "x"],
            &["--model", "a"],
            &["--model"],
            &["--into", "x"],
        ];
        for order in orders {
            assert!(Order::parse(order).is_err(), "{order:?}");
        }
    }

    #[test]
    fn a_package_is_written_with_a_report_of_what_is_left_out() {
        let root = crate::root();
        let out = std::env::temp_dir().join(format!("kvs-package-{}", std::process::id()));
        let model = root.join("model/kinesis-video-archived-media.json");
        let report = out.join("report.txt");
        let arguments = [
            "--model",
            model.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        let arguments = [&arguments[..], &["--report", report.to_str().unwrap()]].concat();
        fs::create_dir_all(&out).unwrap();
        write(&root, &arguments).unwrap();
        let library = fs::read_to_string(out.join("src/lib.rs")).unwrap();
        assert!(
            library.ends_with("\npub mod archived_media;\n"),
            "{library}"
        );
        let text = fs::read_to_string(out.join("src/archived_media.rs")).unwrap();
        assert!(text.contains("pub struct GetClip one_of("));
        assert_eq!(
            fs::read_to_string(&report).unwrap(),
            "Kinesis Video Archived Media: 6 operations, 0 left out\n"
        );
        fs::remove_dir_all(&out).unwrap();
    }
}
