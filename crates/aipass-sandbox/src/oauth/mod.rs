//! The OAuth 2.0 side: registration, consent, tokens, revocation, discovery.

pub(crate) mod authorize;
pub(crate) mod clients;
pub(crate) mod consent;
pub(crate) mod discovery;
pub(crate) mod grants;
pub(crate) mod manage;
pub(crate) mod redirect_uri;
pub(crate) mod registry;
pub(crate) mod revoke;
pub(crate) mod scope;
pub(crate) mod token;
