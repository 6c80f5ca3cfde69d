//! Prints the tables that the client goes by; the documentation of `aipass::policy` shows what comes out.

#![expect(clippy::print_stdout, reason = "printing is what it does")]

fn main() {
    print!("{}", aipass::policy::tables());
}
