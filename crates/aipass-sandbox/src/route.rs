//! The endpoints by name: one list that the router, the counters and the faults share.

use std::fmt;

/// An endpoint of the sandbox.
///
/// The model endpoints answer under `/oauth2/v1` and under its later alias `/v1`; both are the same route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Route {
    /// `GET /.well-known/oauth-authorization-server`, RFC 8414. Later than the playbook.
    Discovery,
    /// `POST /api/v1/oauth2/clients`, playbook section 1.
    RegisterClient,
    /// `GET /api/v1/oauth2/clients`. Later than the playbook, as the next three.
    Clients,
    /// `GET /api/v1/oauth2/clients/{id}`.
    Client,
    /// `PUT /api/v1/oauth2/clients/{id}`.
    UpdateClient,
    /// `DELETE /api/v1/oauth2/clients/{id}`.
    DeleteClient,
    /// `GET /oauth2/authorize`, playbook section 3: the consent page.
    Authorize,
    /// `POST /oauth2/authorize/decision`: where the form of the consent page goes. The sandbox's own.
    Decision,
    /// `POST /oauth2/token`, playbook section 4.
    Token,
    /// `POST /oauth2/revoke`, playbook section 8.
    Revoke,
    /// `GET /oauth2/userinfo`, playbook section 8.
    Userinfo,
    /// `GET /api/v1/usage/me/summary`, playbook section 7.
    UsageSummary,
    /// `POST /api/v1/payment/create-checkout-session`. Later than the playbook.
    CreateCheckout,
    /// `GET /checkout/{id}`: the page where a person adds money. The sandbox's own.
    Checkout,
    /// `POST /checkout/{id}`: the button of that page. The sandbox's own.
    Pay,
    /// `GET /oauth2/v1/models`.
    Models,
    /// `GET /oauth2/v1/models/{id}`.
    Model,
    /// `POST /oauth2/v1/chat/completions`, playbook sections 5 and 6.
    ChatCompletions,
    /// `POST /oauth2/v1/embeddings`.
    Embeddings,
    /// `POST /oauth2/v1/images/generations`.
    ImageGenerations,
    /// `POST /oauth2/v1/images/edits`.
    ImageEdits,
    /// `POST /oauth2/v1/images/variations`.
    ImageVariations,
    /// `POST /oauth2/v1/audio/speech`.
    Speech,
    /// `POST /oauth2/v1/audio/transcriptions`.
    Transcriptions,
    /// `POST /oauth2/v1/videos`.
    CreateVideo,
    /// `POST /oauth2/v1/videos/{id}/remix`.
    RemixVideo,
    /// `GET /oauth2/v1/videos/{id}`.
    Video,
    /// `GET /oauth2/v1/videos/{id}/status`, the later contract's place to poll.
    VideoStatus,
    /// `GET /oauth2/v1/videos/{id}/content`.
    VideoContent,
    /// `GET /files/{id}`: what links in answers lead to, without a bearer. The sandbox's own.
    File,
}

/// The prefix of the model endpoints in the playbook.
pub(crate) const MODEL_PREFIX: &str = "/oauth2/v1";
/// The prefix that later pages call canonical.
pub(crate) const MODEL_PREFIX_ALIAS: &str = "/v1";

impl Route {
    /// Every route, in the order of the playbook's table.
    pub const ALL: [Self; 30] = [
        Self::Discovery,
        Self::RegisterClient,
        Self::Clients,
        Self::Client,
        Self::UpdateClient,
        Self::DeleteClient,
        Self::Authorize,
        Self::Decision,
        Self::Token,
        Self::Revoke,
        Self::Userinfo,
        Self::UsageSummary,
        Self::CreateCheckout,
        Self::Checkout,
        Self::Pay,
        Self::Models,
        Self::Model,
        Self::ChatCompletions,
        Self::Embeddings,
        Self::ImageGenerations,
        Self::ImageEdits,
        Self::ImageVariations,
        Self::Speech,
        Self::Transcriptions,
        Self::CreateVideo,
        Self::RemixVideo,
        Self::Video,
        Self::VideoStatus,
        Self::VideoContent,
        Self::File,
    ];

    /// `GET`, `POST`, `PUT` or `DELETE`.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::Discovery
            | Self::Clients
            | Self::Client
            | Self::Checkout
            | Self::Authorize
            | Self::Userinfo
            | Self::UsageSummary
            | Self::Models
            | Self::Model
            | Self::Video
            | Self::VideoStatus
            | Self::VideoContent
            | Self::File => "GET",
            Self::UpdateClient => "PUT",
            Self::DeleteClient => "DELETE",
            _ => "POST",
        }
    }

    /// The path, with `{id}` where an id stands.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Discovery => "/.well-known/oauth-authorization-server",
            Self::RegisterClient | Self::Clients => "/api/v1/oauth2/clients",
            Self::Client | Self::UpdateClient | Self::DeleteClient => "/api/v1/oauth2/clients/{id}",
            Self::Authorize => "/oauth2/authorize",
            Self::Decision => "/oauth2/authorize/decision",
            Self::Token => "/oauth2/token",
            Self::Revoke => "/oauth2/revoke",
            Self::Userinfo => "/oauth2/userinfo",
            Self::UsageSummary => "/api/v1/usage/me/summary",
            Self::CreateCheckout => "/api/v1/payment/create-checkout-session",
            Self::Checkout | Self::Pay => "/checkout/{id}",
            Self::Models => "/oauth2/v1/models",
            Self::Model => "/oauth2/v1/models/{id}",
            Self::ChatCompletions => "/oauth2/v1/chat/completions",
            Self::Embeddings => "/oauth2/v1/embeddings",
            Self::ImageGenerations => "/oauth2/v1/images/generations",
            Self::ImageEdits => "/oauth2/v1/images/edits",
            Self::ImageVariations => "/oauth2/v1/images/variations",
            Self::Speech => "/oauth2/v1/audio/speech",
            Self::Transcriptions => "/oauth2/v1/audio/transcriptions",
            Self::CreateVideo => "/oauth2/v1/videos",
            Self::RemixVideo => "/oauth2/v1/videos/{id}/remix",
            Self::Video => "/oauth2/v1/videos/{id}",
            Self::VideoStatus => "/oauth2/v1/videos/{id}/status",
            Self::VideoContent => "/oauth2/v1/videos/{id}/content",
            Self::File => "/files/{id}",
        }
    }

    /// The route of a request, by its method and its path as sent.
    pub(crate) fn find(method: &str, path: &str) -> Option<Self> {
        let method = if method == "HEAD" { "GET" } else { method };
        let aliased = path
            .strip_prefix(MODEL_PREFIX_ALIAS)
            .map(|rest| format!("{MODEL_PREFIX}{rest}"));
        let path = aliased.as_deref().unwrap_or(path);
        Self::ALL
            .into_iter()
            .find(|route| route.method() == method && route.matches(path))
    }

    fn matches(self, path: &str) -> bool {
        let Some((before, after)) = self.path().split_once("{id}") else {
            return self.path() == path;
        };
        let id = path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after));
        // Ids of models may hold slashes; an id of a video is one segment.
        id.is_some_and(|id| !id.is_empty() && (self == Self::Model || !id.contains('/')))
    }
}

/// Method and path: `GET /oauth2/v1/models`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method(), self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_its_own_path_and_by_its_alias() {
        for route in Route::ALL {
            let path = route.path().replace("{id}", "some-id");
            assert_eq!(Route::find(route.method(), &path), Some(route));
            if let Some(rest) = path.strip_prefix("/oauth2/v1/") {
                assert_eq!(Route::find(route.method(), &format!("/v1/{rest}")), Some(route));
            }
        }
    }

    #[test]
    fn ids_of_models_may_hold_slashes() {
        let find = |path| Route::find("GET", path);
        assert_eq!(
            find("/oauth2/v1/models/gemini/gemini-2.5-flash-lite"),
            Some(Route::Model)
        );
        assert_eq!(find("/oauth2/v1/models/"), None);
        assert_eq!(find("/oauth2/v1/videos/a/b"), None);
        assert_eq!(Route::find("DELETE", "/oauth2/v1/models"), None);
    }
}
