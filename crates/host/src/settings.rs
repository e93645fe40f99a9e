//! Settings from where AWS's users keep them.

use std::path::Path;

use kvs_archive::api::protocol::settings::{Explicit, Profiles};
use kvs_archive::api::protocol::{Invalid, Settings};
use zeroize::Zeroizing;

/// Settings of the environment and of the shared config and credentials files, after what the
/// caller says outright.
///
/// # Errors
/// [`Invalid`] names the setting that is missing or wrong, or the file that cannot be read.
pub fn from_surroundings(explicit: Explicit) -> Result<Settings, Invalid> {
    let env = |name: &str| std::env::var(name).ok();
    let [config, credentials] = Settings::shared_files(&env);
    let profiles = Profiles::parse(
        &text_of(config.as_deref())?,
        &text_of(credentials.as_deref())?,
    )?;
    Settings::resolve(explicit, &env, &profiles)
}

/// A file that is not there has nothing to say.
fn text_of(file: Option<&Path>) -> Result<Zeroizing<String>, Invalid> {
    let Some(file) = file else {
        return Ok(Zeroizing::default());
    };
    match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Zeroizing::default()),
        text => text.map(Zeroizing::new).map_err(|error| {
            let file = file.display().to_string();
            Invalid::new(file, format!("cannot be read: {error}"))
        }),
    }
}
