//! What stands under `deploy/`, stood up on this machine as on the rented one: nginx with TLS in front of two real
//! processes, MongoDB by its configuration, the simulator as Telegram.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]
#![deny(dead_code, reason = "a test that is not listed would never run")]

mod deploy {
    pub(crate) mod certificates;
    pub(crate) mod falls;
    pub(crate) mod files;
    pub(crate) mod nginx;
    pub(crate) mod packed;
    pub(crate) mod prometheus;
    pub(crate) mod rendered;
    pub(crate) mod setup;
    pub(crate) mod skips;
    pub(crate) mod stage;
    pub(crate) mod stand;
    pub(crate) mod storm;
    pub(crate) mod supervised;
    pub(crate) mod transcripts;
}
#[path = "support/harness.rs"]
mod harness;
#[path = "support/programs.rs"]
mod programs;
#[path = "shell"]
mod shell {
    #[allow(dead_code, reason = "these tests need a part of it")]
    pub(crate) mod support;
}

use std::process::ExitCode;

use harness::{Tests, tests};
use programs::{HADOLINT, LOGROTATE, NFT, NGINX, OPENSSL, PROMTOOL, PythonYaml, Root, SHELLCHECK, SYSTEMD_ANALYZE};
use shell::support::{poll, ports};

fn main() -> ExitCode {
    let mut tests = Tests::of("deploy");
    tests!(tests, needs []:
        deploy::files::the_containers_builder_gets_all_that_cargo_names,
        deploy::files::the_settings_are_all_known,
        deploy::files::the_runbook_has_every_alert,
        deploy::packed::the_archive_has_the_licences_of_all_that_is_in_the_program,
        deploy::packed::a_package_without_a_licence_is_not_packed,
        deploy::setup::what_is_no_token_and_no_domain_is_refused,
        deploy::skips::a_test_whose_program_is_missing_is_ignored_with_the_reason,
    );
    tests!(tests, needs [NGINX, OPENSSL]:
        deploy::files::nginx_takes_its_configuration,
        deploy::falls::whoever_is_killed_is_back_and_nobody_is_left_unanswered,
        deploy::falls::of_three_members_the_primary_may_fall,
        deploy::storm::in_a_storm_the_books_balance_and_everybody_sees_where_they_are,
        deploy::nginx::nginx_lets_through_what_is_served_and_writes_down_no_secret,
        deploy::transcripts::transcripts_play_through_tls_and_nginx_as_they_do_in_memory,
    );
    tests!(tests, needs [OPENSSL]:
        deploy::certificates::a_certificate_that_nobody_trusts_is_told_with_its_end,
        deploy::setup::a_bare_machine_becomes_a_shop_and_keeps_its_secrets,
        deploy::setup::a_version_that_would_not_understand_what_is_stored_is_not_started,
    );
    tests!(tests, needs [PROMTOOL]:
        deploy::prometheus::rules_alerts_and_configuration_are_accepted,
        deploy::prometheus::every_query_of_the_dashboard_is_accepted,
    );
    tests!(tests, needs [PROMTOOL, NGINX, OPENSSL]:
        deploy::prometheus::the_exposition_of_a_busy_process_is_accepted,
    );
    tests!(tests, needs [SYSTEMD_ANALYZE]: deploy::files::systemd_takes_its_units_and_finds_them_safe);
    tests!(tests, needs [SYSTEMD_ANALYZE, deploy::files::NGINX_UNIT]:
        deploy::files::systemd_takes_what_is_added_to_the_unit_of_nginx,
    );
    tests!(tests, needs [SHELLCHECK]: deploy::files::shell_scripts_are_clean);
    tests!(tests, needs [HADOLINT]: deploy::files::the_dockerfile_is_clean);
    tests!(tests, needs [PythonYaml]: deploy::files::what_is_yaml_can_be_read);
    // It asks the kernel what it knows, which only root may.
    tests!(tests, needs [NFT, Root]: deploy::files::the_firewall_is_understood);
    tests!(tests, needs [LOGROTATE]: deploy::files::the_log_rotation_is_understood);
    tests.run()
}
