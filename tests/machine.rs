//! The house of `deploy/` under load and under fire.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]
#![deny(dead_code, reason = "a test that is not listed would never run")]

mod machine {
    pub(crate) mod boot;
    pub(crate) mod crowd;
    pub(crate) mod deployed;
    pub(crate) mod growing;
    pub(crate) mod killed;
    pub(crate) mod town;
}
#[path = "deploy"]
mod deploy {
    #![allow(dead_code, reason = "these tests need a part of it")]
    pub(crate) mod rendered;
    pub(crate) mod stand;
    pub(crate) mod supervised;
}
#[path = "support/harness.rs"]
mod harness;
#[path = "support/poll.rs"]
mod poll;
#[path = "support/ports.rs"]
mod ports;
#[path = "support/programs.rs"]
mod programs;

use std::process::ExitCode;

use harness::{Tests, tests};
use machine::boot::OwnMachine;
use programs::{NGINX, OPENSSL};

fn main() -> ExitCode {
    let mut tests = Tests::of("machine");
    tests!(tests, needs [NGINX, OPENSSL]:
        machine::growing::while_the_primary_steps_down_and_a_process_is_killed_nothing_is_lost_or_doubled,
    );
    tests!(tests, needs [OwnMachine]:
        machine::killed::set_up_by_one_command_each_part_that_is_killed_under_load_is_back_and_nothing_is_lost,
    );
    tests.run()
}
