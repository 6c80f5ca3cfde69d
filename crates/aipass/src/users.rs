//! What belongs to one session, whichever client asks for it: its books, and the login that its callers wait for.

use crate::{
    ledger::Ledger,
    transport::{LogIn, Relogin},
};
use aipass_auth::Auth;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// So many sessions are kept before the first look for those that say nothing.
const FIRST_SWEEP: usize = 1024;

/// A server makes a client for each request, so what a user has spent must outlive that client: a limit that forgets is
/// none. So must a login under way, or each request would open one.
pub(crate) struct Users {
    /// The rules for the books of everybody.
    rules: Ledger,
    login: Option<Arc<dyn LogIn>>,
    state: Mutex<State>,
}

struct State {
    by_account: HashMap<String, User>,
    sweep_at: usize,
}

#[derive(Clone)]
pub(crate) struct User {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) relogin: Option<Arc<Relogin>>,
}

impl Users {
    pub(crate) fn new(rules: Ledger, login: Option<Arc<dyn LogIn>>) -> Self {
        Self {
            rules,
            login,
            state: Mutex::new(State {
                by_account: HashMap::new(),
                sweep_at: FIRST_SWEEP,
            }),
        }
    }

    /// Without an account there is a fixed token, which nobody can log in for.
    pub(crate) fn of(&self, auth: Option<&Auth>) -> User {
        let Some(auth) = auth else {
            return User {
                ledger: Arc::new(self.rules.another()),
                relogin: None,
            };
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let account = auth.account_key().account();
        if let Some(user) = state.by_account.get(account) {
            return user.clone();
        }
        state.make_room();
        let relogin = self.login.clone().map(Relogin::new);
        let user = User {
            ledger: Arc::new(self.rules.another()),
            relogin: relogin.map(Arc::new),
        };
        state.by_account.insert(account.to_owned(), user.clone());
        user
    }
}

impl State {
    /// Forgets those that nobody holds and whose books are empty, whenever their number has doubled.
    fn make_room(&mut self) {
        if self.by_account.len() < self.sweep_at {
            return;
        }
        self.by_account
            .retain(|_, user| Arc::strong_count(&user.ledger) > 1 || !user.ledger.is_blank());
        self.sweep_at = FIRST_SWEEP.max(self.by_account.len().saturating_mul(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> (Users, Auth) {
        (
            Users::new(Ledger::new(None, None), None),
            Auth::builder("client_1").build().unwrap(),
        )
    }

    #[test]
    fn a_user_has_one_pair_of_books() {
        let (users, auth) = users();
        let of = |label: &str| users.of(Some(&auth.for_account(label).unwrap())).ledger;
        assert!(Arc::ptr_eq(&of("ada"), &of("ada")));
        assert!(!Arc::ptr_eq(&of("ada"), &of("bob")));
        assert!(!Arc::ptr_eq(&users.of(None).ledger, &users.of(None).ledger));
    }

    #[test]
    fn empty_books_that_nobody_holds_are_forgotten() {
        let (users, auth) = users();
        let of = |label: &str| users.of(Some(&auth.for_account(label).unwrap())).ledger;
        let held = of("held");
        let chat = aipass_api::operation::Operation::find("create_chat_completion").unwrap();
        of("paid").open(chat).unwrap().answered(None, Some(0.5));
        for number in 0..2 * FIRST_SWEEP {
            of(&number.to_string());
        }
        assert!(users.state.lock().unwrap().by_account.len() <= FIRST_SWEEP + 2);
        assert!(Arc::ptr_eq(&held, &of("held")));
        assert!(of("paid").totals().paid_calls == 1);
    }
}
