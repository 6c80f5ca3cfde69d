//! A suite that tries whether a [`TokenStore`] keeps its promises.
//!
//! A store that breaks one of them loses sessions, in ways that show up only under load. Run the suite in the tests
//! of your own store; each rule that is broken ends it with a panic that names the rule.
//!
//! ```
//! use aipass_auth::{MemoryStore, testing};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! // In your tests: #[tokio::test] async fn my_store_keeps_its_promises() { … }
//! testing::store_suite(MemoryStore::new).await;
//!
//! // For a store that processes share: two handles of one place, as two processes would have them.
//! testing::shared_store_suite(|| {
//!     let store = MemoryStore::new();
//!     (store.clone(), store)
//! })
//! .await;
//! # }
//! ```
//!
//! Give each place a name of its own, for example a table or a prefix with a counter in it. The suite waits on
//! purpose to see that a lock excludes, so it takes a second or two.
//!
//! # A store in Postgres
//!
//! One row per account, with [`AccountKey::fingerprint`] as its key and [`StoredTokens::to_json`] as its text:
//!
//! ```sql
//! CREATE TABLE aipass_tokens (
//!     key        text   PRIMARY KEY,
//!     generation bigint NOT NULL,
//!     tokens     text   NOT NULL   -- a session in clear: encrypt it, or keep the table to yourself
//! );
//! ```
//!
//! - `load` selects `tokens` and hands it to [`StoredTokens::from_json`]. Use `text` rather than `jsonb`, which changes
//!   the order of members and large numbers.
//! - `save` is `INSERT … ON CONFLICT (key) DO UPDATE SET generation = …, tokens = …`.
//! - `save_if` is one statement, and no row changed means [`StoreError::Stale`]:
//!
//! ```sql
//! UPDATE aipass_tokens SET generation = $2, tokens = $3 WHERE key = $1 AND generation = $4;   -- Some(generation)
//! INSERT INTO aipass_tokens VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING;                 -- None
//! ```
//!
//! - `lock` takes a connection of its own and holds a transaction on it; the [`StoreLock`] owns the connection, and
//!   dropping it ends the transaction. Lock the account's number, so that it works before there is a row
//!   (`SELECT … FOR UPDATE` locks nothing then):
//!
//! ```sql
//! BEGIN;
//! SET LOCAL lock_timeout = '75s';                           -- its error is StoreError::Busy
//! SET LOCAL idle_in_transaction_session_timeout = '90s';    -- longer than a renewal takes
//! SELECT pg_advisory_xact_lock(hashtextextended($1, 0));
//! ```
//!
//! Postgres ends the transaction when the connection breaks, so a holder that dies blocks nobody. `load` and `save`
//! may use any connection. Keep more connections in the pool than may wait for locks.
//!
//! # A store in Redis
//!
//! A lock in Redis is a lease: it ends by itself, and a holder that was stopped for longer does not know. So the
//! write itself must tell a late holder from the current one, and the generation is what it tells them by (a fencing
//! token).
//!
//! - `lock` is `SET aipass:lock:KEY RANDOM NX PX 90000`, tried again with a pause until it answers `OK`; after 75
//!   seconds it is [`StoreError::Busy`]. 90 seconds are more than a renewal with its second attempt and the save take.
//! - The [`StoreLock`] releases it only if it is still its own, by a script (from a task, since a drop cannot wait):
//!
//! ```lua
//! if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
//! ```
//!
//! - The tokens are a hash of `generation` and `tokens`. `save_if` compares and writes in one script, and 0 means
//!   [`StoreError::Stale`]; `ARGV[1]` is `''` for `None`:
//!
//! ```lua
//! local found = redis.call('HGET', KEYS[1], 'generation') or ''
//! if found ~= ARGV[1] then return 0 end
//! redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'tokens', ARGV[3])
//! return 1
//! ```
//!
//! - Set `appendfsync always`, or accept that a crash of Redis right after a renewal loses the session. A replica
//!   that takes over may not have the last write: the same.

mod concurrency;
mod locks;
mod rules;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::base_url::BaseUrl;
use crate::secret::Secret;
#[cfg(doc)]
use crate::store::StoreLock;
use crate::store::{AccountKey, TokenStore};
use crate::store_error::StoreError;
use crate::tokens::StoredTokens;

/// What must come to pass comes within this time, also on a busy machine.
const AT_LAST: Duration = Duration::from_secs(30);

/// How long the suite watches that somebody who must wait does wait.
const A_WHILE: Duration = Duration::from_millis(60);

/// Tries a store. `make` gives a store on a fresh, empty place with each call.
///
/// It needs a tokio runtime with a clock that runs; a multi-threaded one finds more.
///
/// # Panics
///
/// When the store breaks a rule of [`TokenStore`]; the text names it.
pub async fn store_suite<S, F>(mut make: F)
where
    F: FnMut() -> S,
    S: TokenStore,
{
    run(|| {
        let store = Arc::new(make());
        Place {
            one: store.clone(),
            two: store,
        }
    })
    .await;
}

/// Tries a store that several processes share. `make` gives two handles of one fresh, empty place with each call: two
/// stores on one folder, two pools for one table.
///
/// # Panics
///
/// As [`store_suite`].
pub async fn shared_store_suite<S, F>(mut make: F)
where
    F: FnMut() -> (S, S),
    S: TokenStore,
{
    run(|| {
        let (one, two) = make();
        Place {
            one: Arc::new(one),
            two: Arc::new(two),
        }
    })
    .await;
}

async fn run<S: TokenStore>(mut make: impl FnMut() -> Place<S>) {
    rules::an_empty_place_has_no_tokens(&make()).await;
    rules::tokens_come_back_as_they_went(&make()).await;
    rules::keys_do_not_mix(&make()).await;
    rules::tokens_are_replaced_as_a_whole(&make()).await;
    rules::a_removed_session_is_gone(&make()).await;
    rules::a_write_is_refused_when_somebody_was_faster(&make()).await;
    rules::a_late_writer_brings_no_session_back(&make()).await;
    rules::a_probe_leaves_no_trace(&make()).await;
    rules::no_token_is_shown(&make()).await;
    locks::a_lock_excludes(&make()).await;
    locks::a_lock_is_for_one_key(&make()).await;
    locks::a_waiter_that_went_away_holds_nothing(&make()).await;
    locks::a_holder_that_was_stopped_holds_nothing(&make()).await;
    locks::one_at_a_time(&make()).await;
    concurrency::writers_under_the_lock_lose_nothing(&make()).await;
    concurrency::readers_see_no_mix(&make()).await;
    concurrency::one_of_many_contenders_wins(&make()).await;
}

/// Two handles of one place; for a store of one process the same one twice.
struct Place<S> {
    one: Arc<S>,
    two: Arc<S>,
}

/// A key that the whole suite uses where one is enough.
fn key() -> AccountKey {
    key_of("https://one.example", "client_1", "default")
}

fn key_of(base_url: &str, client_id: &str, account: &str) -> AccountKey {
    let base_url = BaseUrl::parse(base_url).unwrap_or_else(|_| unreachable!("the suite's URLs are valid"));
    AccountKey::new(&base_url, client_id, account)
}

/// Tokens of which every part says `marker`, members that this version does not know included.
fn tokens(key: &AccountKey, marker: &str, generation: u64) -> StoredTokens {
    let json = serde_json::json!({
        "version": 1,
        "base_url": key.base_url(),
        "client_id": key.client_id(),
        "account": key.account(),
        "access_token": format!("suite-access-{marker}"),
        "refresh_token": format!("suite-refresh-{marker}"),
        "scopes": ["api:access", marker],
        "obtained_at": 1_700_000_000_u64,
        "expires_at": 1_700_003_600_u64,
        "generation": generation,
        "extra": { "id_token": format!("suite-id-{marker}"), "number": 9_007_199_254_740_993_u64 },
        "of_a_later_version": { "marker": marker, "list": [1, null, "ü\u{1F511}"] },
    });
    StoredTokens::from_json(json.to_string().as_bytes())
        .unwrap_or_else(|_| unreachable!("the suite's tokens have the stored form"))
}

/// Tokens with nothing that may be left out.
fn bare_tokens(key: &AccountKey) -> StoredTokens {
    let mut tokens = StoredTokens::new(key, "suite-access-bare");
    tokens.refresh_token = None;
    tokens.extra = Map::from_iter([("empty".to_owned(), Value::Null)]);
    tokens
}

/// The value, or a panic with the rule.
#[track_caller]
fn works<T>(result: Result<T, StoreError>, rule: &str) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{rule}; it failed: {error}"),
    }
}

/// What comes to pass at last, or a panic with the rule.
async fn at_last<T>(future: impl Future<Output = T>, rule: &str) -> T {
    match tokio::time::timeout(AT_LAST, future).await {
        Ok(value) => value,
        Err(_) => panic!("{rule}; it did not come to pass"),
    }
}

async fn load<S: TokenStore>(store: &S, key: &AccountKey) -> Option<StoredTokens> {
    at_last(store.load(key), "load must come to an end")
        .await
        .unwrap_or_else(|error| panic!("load must work on a healthy store; it failed: {error}"))
}

async fn save<S: TokenStore>(store: &S, key: &AccountKey, tokens: &StoredTokens) {
    at_last(store.save(key, tokens), "save must come to an end")
        .await
        .unwrap_or_else(|error| panic!("save must work on a healthy store; it failed: {error}"));
}

/// Whether the store holds exactly these tokens.
async fn holds<S: TokenStore>(store: &S, key: &AccountKey, tokens: Option<&StoredTokens>) -> bool {
    let text = |tokens: &StoredTokens| tokens.to_json();
    let found = load(store, key).await.map(|tokens| text(&tokens));
    found.as_ref().map(Secret::expose_secret) == tokens.map(text).as_ref().map(Secret::expose_secret)
}
