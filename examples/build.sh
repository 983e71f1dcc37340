# What examples/hello/run and examples/replay/run share; read by them, not run. POSIX sh.
#
# Builds the library, `loy` and a C program, with one line a phase.

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1
: "${CARGO:=cargo}" "${CC:=cc}"
target=${CARGO_TARGET_DIR:-target}
loy=$target/fast/loy
log=$target/examples.log
mkdir -p "$target"
: >"$log"

# phase TEXT COMMAND...: runs it with its output in the log; one line with the seconds it took.
phase() {
    text=$1
    shift
    begun=$(date +%s)
    printf '  %-56s' "$text"
    "$@" >>"$log" 2>&1 &
    child=$!
    while [ -t 1 ] && kill -0 "$child" 2>/dev/null; do
        printf '\r  %-56s %4d s' "$text" $(($(date +%s) - begun))
        sleep 1
    done
    if wait "$child"; then
        [ -t 1 ] && printf '\r  %-56s' "$text"
        printf ' %4d s\n' $(($(date +%s) - begun))
    else
        printf ' failed\n\n'
        tail -n 40 "$log"
        printf '\neverything that was said: %s\n' "$log"
        exit 1
    fi
}

# The library as it is shipped. The Makefile has the one rule that builds it.
build_library() {
    make --no-print-directory lib CARGO="$CARGO"
}

build_loy() {
    $CARGO build --profile fast --features cli --bin loy
}

# The library and `loy` as soon as can be: the sources are compiled once, without optimising them, and then linked a
# second time as the library of C functions.
build_both() {
    $CARGO build --profile fast --features cli --lib --bin loy --config 'profile.fast.package.loy.opt-level=0' &&
        echo 'extern crate loy;' >"$target/fast/shared.rs" &&
        "${RUSTC:-rustc}" --crate-type cdylib --crate-name loy --edition 2024 "$target/fast/shared.rs" \
            --extern "loy=$target/fast/libloy.rlib" -L "dependency=$target/fast/deps" \
            -C "link-arg=-Wl,-soname,libloy.so.0" -o "$target/fast/libloy.so" &&
        ln -sf libloy.so "$target/fast/libloy.so.0"
}

# compile_c PROFILE SOURCE PROGRAM: against the library of that profile, as strictly as a vendor might.
compile_c() {
    libraries=$(cd "$target/$1" && pwd)
    $CC -std=c99 -pedantic -Wall -Wextra -Werror -O2 -I include "$2" -o "$3" -L "$libraries" -lloy -Wl,-rpath,"$libraries"
}
