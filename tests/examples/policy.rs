//! Prints the policy tables that the documentation of `aipass::policy` shows.

#![expect(clippy::print_stdout, reason = "printing is what it does")]

fn main() {
    print!("{}", aipass::policy::tables());
}
