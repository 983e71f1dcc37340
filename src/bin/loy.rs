//! The command line `loy`.

fn main() -> std::process::ExitCode {
    loy::cli::run(std::env::args_os())
}
