# The lab, interop scenarios and benchmarks: what runs bellmand itself. Sourced by ./dev.

dev_run() {
  install_packages build lab
  build_daemon
  exec python3 interop/lab.py --build build/release "$@"
}

dev_interop() {
  install_packages build lab
  [[ " $* " == *" --list "* ]] || build_daemon
  exec python3 interop/run.py --build build/release "$@"
}

dev_topology() { exec python3 interop/topologies/generate.py "$@"; }

dev_bench() {
  local program=run.py
  [ "${1:-}" != --api ] || { program=api.py && shift; }
  install_packages build lab
  [[ " $* " == *" --help "* ]] || build_daemon bench_load bench_api
  exec python3 "tests/bench/$program" --build build/release "$@"
}
