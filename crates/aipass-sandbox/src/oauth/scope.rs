//! The two scopes of the playbook, and what they mean in words.

/// Every call to a model endpoint and to the usage summary needs it.
pub(crate) const API_ACCESS: &str = "api:access";
/// Userinfo needs it.
pub(crate) const PROFILE_READ: &str = "profile:read";

/// All scopes that an app may ask for.
pub(crate) const ALL: [&str; 2] = [API_ACCESS, PROFILE_READ];

/// What a scope allows, for the consent page: a headline and a line of detail.
pub(crate) fn in_words(scope: &str) -> (&str, &str) {
    match scope {
        API_ACCESS => ("Use AI models for you", "Paid calls are taken from your balance."),
        PROFILE_READ => ("See who you are", "Your name and your e-mail address."),
        other => (other, "A permission that this page has no words for."),
    }
}

/// Splits a space-separated list (RFC 6749 section 3.3); repeated scopes count once.
pub(crate) fn split(list: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in list.split(' ').filter(|scope| !scope.is_empty()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}
