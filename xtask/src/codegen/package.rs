//! `cargo xtask codegen --model FILE… --out DIR [--report FILE]`: a crate for any services.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kvs_codegen::Input;

use super::formatted;
use super::model::Model;
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

pub(crate) fn write(root: &Path, arguments: &[&str]) -> Result<ExitCode, Failure> {
    let order = Order::parse(arguments)?;
    let here = Path::new("");
    let models = order.models.iter().map(|path| Model::read(here, path));
    let models: Vec<Model> = models.collect::<Result<_, _>>()?;
    let inputs: Vec<Input<'_>> = models.iter().map(Model::input).collect();
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
        .map(|input| kvs_codegen::report(&kvs_codegen::read(input)?))
        .collect::<Result<String, _>>()?;
    match &order.report {
        Some(path) => fs::write(path, report).map_err(|e| format!("{}: {e}", path.display()))?,
        None => print!("{report}"),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) const LIBRARY: &str =
    "//! Operations of AWS services, generated from their models.\n#![forbid(unsafe_code)]\n\n";

fn manifest(root: &Path, out: &Path) -> String {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    format!(
        "[package]\nname = {:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{}\n[workspace]\n",
        name.replace(['.', ' '], "-"),
        dependencies(root)
    )
}

/// What generated crates are built on.
pub(crate) fn dependencies(root: &Path) -> String {
    let protocol = root.join("crates/protocol");
    format!("[dependencies]\nkvs-protocol = {{ path = {protocol:?} }}\n")
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

    #[test]
    fn services_with_the_same_rules_share_a_module() {
        let root = crate::root();
        let out = std::env::temp_dir().join(format!("kvs-family-{}", std::process::id()));
        let models = ["archived-media", "webrtc-storage"]
            .map(|name| root.join(format!("model/kinesis-video-{name}.json")));
        let [first, second] = models.each_ref().map(|path| path.to_str().unwrap());
        let report = out.join("report.txt");
        let (out_text, report) = (out.to_str().unwrap(), report.to_str().unwrap());
        fs::create_dir_all(&out).unwrap();
        let arguments = [
            "--model", first, second, "--out", out_text, "--report", report,
        ];
        write(&root, &arguments).unwrap();
        let library = fs::read_to_string(out.join("src/lib.rs")).unwrap();
        assert!(library.contains("pub mod endpoint;\n"), "{library}");
        for module in ["archived_media", "webrtc_storage"] {
            let text = fs::read_to_string(out.join(format!("src/{module}.rs"))).unwrap();
            assert!(text.contains("\npub use super::endpoint;\n"), "{text}");
            assert!(!out.join("src").join(module).exists(), "{module}");
        }
        fs::remove_dir_all(&out).unwrap();
    }
}
