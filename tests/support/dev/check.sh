# Tests, fuzzing, formatting. Sourced by ./dev.

# Closes on ctest's own summary.
dev_test() {
  local preset=${BELLMAN_PRESET:-debug}
  install_packages build
  case $preset in asan | tsan | fuzz) install_packages clang ;; esac
  build "$preset"
  exec ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@" </dev/null
}

# What is shared by threads and knows no CAF (Debian's is not instrumented): under the thread sanitizer.
dev_race() {
  install_packages build clang
  build tsan rib_test net_test
  local program
  for program in rib_test net_test; do
    TSAN_OPTIONS=halt_on_error=1 "build/tsan/tests/$program" --gtest_brief=1 </dev/null || exit 1
  done
}

dev_fuzz() {
  local seconds=${1:-60}
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || {
    echo "dev: fuzz wants a number of seconds, not \`$seconds\`" >&2
    exit 2
  }
  install_packages build clang
  build fuzz fuzz_targets
  exec tests/support/dev/fuzz.py build/fuzz/tests/fuzz tests/fuzz/corpus build/fuzz/findings "$seconds"
}

sources() { find wire actors capnp cli configs tests interop -name '*.hpp' -o -name '*.cpp' | sort; }

dev_format() {
  install_packages format
  case ${1:-} in
    '') sources | xargs clang-format -i ;;
    --check) sources | xargs clang-format --dry-run -Werror && echo "dev: the format is as it should be" ;;
    *)
      echo "dev: format knows --check, not \`$1\`" >&2
      exit 2
      ;;
  esac
}
