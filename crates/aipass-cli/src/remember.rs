//! What a login leaves in the profile, so that the other commands need neither a flag nor a variable.

use crate::profile_file::Learnt;
use crate::{context::Settings, failure::Failure, output, profile_file};

/// Keeps in the profile what a login used. A client or a service that only variables name does not take the place of the
/// profile's own.
pub(crate) async fn login(settings: &Settings, redirect_uris: &[String], scopes: &[String]) {
    let profile = &settings.profile;
    let is_other = |own: &String| settings.client_id() != Some(own);
    let keeps = if profile.client_id.as_ref().is_some_and(is_other) && !settings.client_id_is_flag() {
        Some("client")
    } else if !settings.service_is_of_profile() {
        Some("service")
    } else {
        None
    };
    if let Some(own) = keeps {
        output::note(&format!(
            "The profile `{}` keeps its own {own}: this session is used while the same variables and flags are given.",
            profile.name
        ));
        return;
    }
    let learnt = Learnt {
        // Those of another client do not hold for this one.
        redirect_uris: if settings.is_of_profile() && !settings.redirect_uris().is_empty() {
            None
        } else {
            Some(redirect_uris.to_vec())
        },
        scopes: if scopes.is_empty() && settings.is_of_profile() {
            None
        } else {
            Some(scopes.to_vec())
        },
        ..Learnt::from(settings)
    };
    // The session is there either way.
    if let Err(failure) = keep(settings, &learnt).await {
        output::undone("The session is there, but the profile that finds it again is not:");
        output::failure(&failure);
    }
}

/// Writes the profile, and tells where if that changed anything.
pub(crate) async fn keep(settings: &Settings, learnt: &Learnt) -> Result<(), Failure> {
    if profile_file::write(settings, learnt).await? {
        output::done(&format!(
            "Settings kept in the profile `{}` ({})",
            settings.profile.name,
            settings.profiles_path.display()
        ));
    }
    Ok(())
}
